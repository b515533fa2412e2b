//! For which architectures this machine can run programs.

use std::fs;

use crate::elf::{Architecture, Class};

/// Where the kernel shows which programs are for interpreters: Linux's Documentation/admin-guide/binfmt-misc.rst.
const BINFMT_MISC: &str = "/proc/sys/fs/binfmt_misc";

/// How programs of an architecture are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runs {
    /// By the processor; ldshim itself is such a program.
    Natively,
    /// By the processor, as the 32-bit variant of the machine.
    As32Bit,
    /// By an emulator that the kernel starts.
    Emulated,
}

/// The architectures whose programs can run here and for which there are stubs, this one first.
pub(super) fn architectures() -> Vec<(&'static Architecture, Runs)> {
    let of_machine = |architecture: &&Architecture| {
        architecture.nix_system.strip_suffix("-linux")
            == Some(match std::env::consts::ARCH {
                "x86" => "i686",
                name => name,
            })
    };
    let mut known = Vec::new();
    known.extend(
        Architecture::ALL
            .into_iter()
            .find(of_machine)
            .map(|it| (it, Runs::Natively)),
    );
    if known == [(Architecture::X86_64, Runs::Natively)] {
        known.push((Architecture::I686, Runs::As32Bit));
    }
    for rule in rules() {
        if let Some(architecture) = emulated(&rule)
            && known.iter().all(|it| it.0 != architecture)
        {
            known.push((architecture, Runs::Emulated));
        }
    }
    known
}

/// The texts of the kernel's rules; none if they are switched off as a whole.
fn rules() -> Vec<String> {
    let Ok(entries) = fs::read_dir(BINFMT_MISC) else {
        return Vec::new();
    };
    let texts = entries
        .flatten()
        .filter_map(|it| fs::read_to_string(it.path()).ok());
    let texts: Vec<_> = texts.collect();
    if texts.iter().any(|text| text == "disabled\n") {
        return Vec::new();
    }
    texts
}

/// For which architecture a rule is: its magic is the beginning of an ELF header.
fn emulated(rule: &str) -> Option<&'static Architecture> {
    let mut lines = rule.lines();
    if lines.next() != Some("enabled") {
        return None;
    }
    let magic = lines.find_map(|line| line.strip_prefix("magic "))?;
    let byte = |index: usize| {
        let digits = magic.get(2 * index..2 * index + 2)?;
        u8::from_str_radix(digits, 16).ok()
    };
    if !magic.starts_with("7f454c46") {
        return None;
    }
    let class = match byte(4)? {
        1 => Class::Bits32,
        _ => Class::Bits64,
    };
    let machine = u16::from_le_bytes([byte(18)?, byte(19)?]);
    Architecture::ALL
        .into_iter()
        .find(|it| it.class == class && it.machine == machine)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AARCH64: &str = "enabled\ninterpreter /run/binfmt/aarch64-linux\nflags: P\noffset 0\n\
        magic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff00fffffffffffffffffeffffff\n";

    #[test]
    fn a_rule_tells_its_architecture() {
        assert_eq!(emulated(AARCH64), Some(Architecture::AARCH64));
        let riscv = AARCH64.replace("0200b700", "0200f300");
        assert_eq!(emulated(&riscv), Some(Architecture::RISCV64));
    }

    #[test]
    fn rules_that_are_off_or_for_something_else_tell_none() {
        for rule in [
            &AARCH64.replace("enabled", "disabled"),
            &AARCH64.replace("7f454c46", "4d5a0000"),
            &AARCH64.replace("0200b700", "02002b00"),
            &AARCH64.replace("magic 7f454c4602010100000", "magic 7f454é"),
            "enabled\ninterpreter /usr/bin/python\nflags: \nextension .py\n",
            "enabled\nmagic 7f454c46\n",
            "enabled\n",
            "",
        ] {
            assert_eq!(emulated(rule), None, "{rule}");
        }
    }

    #[test]
    fn this_machine_comes_first() {
        let machine = architectures();
        assert_eq!(machine[0].1, Runs::Natively);
        assert!(
            machine[0]
                .0
                .nix_system
                .starts_with(match std::env::consts::ARCH {
                    "x86" => "i686",
                    name => name,
                })
        );
    }
}
