//! Which machines' programs this kernel takes: `elf_check_arch` in Linux's `arch/*/include/asm/elf.h`, and
//! `compat_elf_check_arch` for 32-bit programs of a 64-bit kernel. On x86 neither looks at the class that a file says to have.

use std::fs;
use std::path::Path;

use goblin::elf::header::{EM_386, EM_AARCH64, EM_RISCV, EM_X86_64};

use crate::elf::Class;

/// The other number for 32-bit x86 that the kernel takes, for the 486.
const EM_486: u16 = 6;

/// A format of programs: how the kernel reads a file for one of these machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) class: Class,
    machines: &'static [u16],
    /// Whether the class that the file says to have counts.
    checks_class: bool,
    /// Addresses from here on are not a program's: `TASK_SIZE`, the smallest that this architecture has.
    pub(super) task_size: u64,
}

const X86_64: Format = Format {
    class: Class::Bits64,
    machines: &[EM_X86_64],
    checks_class: false,
    task_size: 0x7fff_ffff_f000,
};
const X86: Format = Format {
    class: Class::Bits32,
    machines: &[EM_386, EM_486],
    checks_class: false,
    task_size: 0xffff_e000,
};
const AARCH64: Format = Format {
    class: Class::Bits64,
    machines: &[EM_AARCH64],
    checks_class: false,
    task_size: 1 << 48,
};
const RISCV64: Format = Format {
    class: Class::Bits64,
    machines: &[EM_RISCV],
    checks_class: true,
    task_size: 1 << 38,
};

impl Format {
    pub(super) fn takes(&self, machine: u16, class: u8) -> bool {
        let number = match self.class {
            Class::Bits32 => 1,
            Class::Bits64 => 2,
        };
        self.machines.contains(&machine) && (!self.checks_class || class == number)
    }

    /// The usual number of the machine.
    pub(super) fn machine(&self) -> u16 {
        self.machines[0]
    }

    /// Whether memory that may be read may be executed too, in programs that do not say anything of their stack:
    /// `elf_read_implies_exec` in Linux's `arch/x86/include/asm/elf.h`.
    pub(super) fn reads_imply_execution(&self) -> bool {
        self.machines.contains(&EM_386)
    }
}

/// The formats that the running kernel takes.
pub(super) fn formats() -> &'static [Format] {
    match std::env::consts::ARCH {
        "x86_64" if takes_32_bit() => &[X86_64, X86],
        "x86_64" => &[X86_64],
        "x86" => match nix::sys::utsname::uname() {
            Ok(it) if it.machine() == "x86_64" => &[X86_64, X86],
            _ => &[X86],
        },
        "aarch64" => &[AARCH64],
        "riscv64" => &[RISCV64],
        _ => &[],
    }
}

/// Whether an x86-64 kernel takes 32-bit programs: it was built for them, and not started with ia32_emulation=0.
///
/// The setting is there only if it was: `arch/x86/entry/vdso/vdso32-setup.c`.
fn takes_32_bit() -> bool {
    if !Path::new("/proc/sys/abi").is_dir() {
        return true;
    }
    let words = fs::read_to_string("/proc/cmdline").unwrap_or_default();
    let last = words
        .split_whitespace()
        .rev()
        .find_map(|it| it.strip_prefix("ia32_emulation="));
    let is_off = last.is_some_and(|it| ["0", "n", "N", "off", "false"].contains(&it));
    Path::new("/proc/sys/abi/vsyscall32").exists() && !is_off
}
