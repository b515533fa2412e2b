//! For which architectures this machine can run programs.

use crate::elf::{Architecture, identify_header};
use crate::exec::rules;

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
        if let Some(architecture) = rule.beginning().and_then(emulated)
            && known.iter().all(|it| it.0 != architecture)
        {
            known.push((architecture, Runs::Emulated));
        }
    }
    known
}

/// For which architecture a rule is that gives files with this beginning to an interpreter: that of an ELF header.
fn emulated(magic: &[u8]) -> Option<&'static Architecture> {
    // Class and machine are where they are in every header; what follows does not matter.
    let mut header = [0; 64];
    let length = magic.len().min(header.len());
    header[..length].copy_from_slice(&magic[..length]);
    Architecture::of(&identify_header(&header).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AARCH64: [u8; 20] = [
        0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0xb7, 0,
    ];

    #[test]
    fn a_rule_tells_its_architecture() {
        assert_eq!(emulated(&AARCH64), Some(Architecture::AARCH64));
        let mut riscv = AARCH64;
        riscv[18] = 0xf3;
        assert_eq!(emulated(&riscv), Some(Architecture::RISCV64));
    }

    #[test]
    fn rules_for_something_else_tell_none() {
        let mut other = AARCH64;
        other[18] = 43;
        for magic in [&other[..], b"MZ", b"\x7fELF", b""] {
            assert_eq!(emulated(magic), None, "{magic:?}");
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
