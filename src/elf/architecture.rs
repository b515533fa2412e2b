//! The architectures for which there are stubs, as data.

use std::fmt;

use goblin::elf::header::{EM_386, EM_AARCH64, EM_RISCV, EM_X86_64};
use goblin::elf::reloc::{R_386_COPY, R_AARCH64_COPY, R_RISCV_COPY, R_X86_64_COPY};

use super::{Class, Identity};

/// `FLAG_ELF_LIBC6` of glibc's `sysdeps/generic/ldconfig.h`: a library for glibc 2.
const CACHE_FLAG_LIBC6: i32 = 0x3;

/// One architecture. All of them are little-endian.
#[derive(Debug, PartialEq, Eq)]
pub struct Architecture {
    /// The name that Nix gives to Linux on this architecture, for instance `x86_64-linux`.
    pub nix_system: &'static str,
    /// The ELF class of its programs.
    pub class: Class,
    /// The `e_machine` of its programs.
    pub machine: u16,
    /// The path at which its programs expect glibc's loader.
    pub loader_path: &'static str,
    /// The path at which its programs expect musl's loader: `LDSO_ARCH` in musl's arch/ARCH/reloc.h.
    pub musl_loader_path: &'static str,
    /// The flags of its libraries in `ld.so.cache`: `_DL_CACHE_DEFAULT_ID` of the architecture's
    /// `dl-cache.h` in glibc.
    pub cache_flags: i32,
    /// Whether C's `char` is signed, as its psABI says. The order of names in `ld.so.cache`
    /// depends on it where names are not ASCII.
    pub char_is_signed: bool,
    /// `R_..._COPY`: the relocation by which a program gets a library's data copied into itself.
    pub copy_relocation: u32,
}

impl Architecture {
    /// x86-64 with 64-bit pointers.
    pub const X86_64: &Architecture = &Architecture {
        nix_system: "x86_64-linux",
        class: Class::Bits64,
        machine: EM_X86_64,
        loader_path: "/lib64/ld-linux-x86-64.so.2",
        musl_loader_path: "/lib/ld-musl-x86_64.so.1",
        cache_flags: 0x300 | CACHE_FLAG_LIBC6,
        char_is_signed: true,
        copy_relocation: R_X86_64_COPY,
    };

    /// 32-bit x86.
    pub const I686: &Architecture = &Architecture {
        nix_system: "i686-linux",
        class: Class::Bits32,
        machine: EM_386,
        loader_path: "/lib/ld-linux.so.2",
        musl_loader_path: "/lib/ld-musl-i386.so.1",
        cache_flags: CACHE_FLAG_LIBC6,
        char_is_signed: true,
        copy_relocation: R_386_COPY,
    };

    /// 64-bit ARM.
    pub const AARCH64: &Architecture = &Architecture {
        nix_system: "aarch64-linux",
        class: Class::Bits64,
        machine: EM_AARCH64,
        loader_path: "/lib/ld-linux-aarch64.so.1",
        musl_loader_path: "/lib/ld-musl-aarch64.so.1",
        cache_flags: 0xa00 | CACHE_FLAG_LIBC6,
        char_is_signed: false,
        copy_relocation: R_AARCH64_COPY,
    };

    /// 64-bit RISC-V with the calling convention for double floats, lp64d.
    pub const RISCV64: &Architecture = &Architecture {
        nix_system: "riscv64-linux",
        class: Class::Bits64,
        machine: EM_RISCV,
        loader_path: "/lib/ld-linux-riscv64-lp64d.so.1",
        musl_loader_path: "/lib/ld-musl-riscv64.so.1",
        cache_flags: 0x1000 | CACHE_FLAG_LIBC6,
        char_is_signed: false,
        copy_relocation: R_RISCV_COPY,
    };

    /// Every architecture that ldshim knows.
    pub const ALL: [&Architecture; 4] = [Self::X86_64, Self::I686, Self::AARCH64, Self::RISCV64];

    /// That of the programs that this machine runs without help; `None` if there is no stub for it.
    #[must_use]
    pub fn of_this_machine() -> Option<&'static Architecture> {
        let mut all = Self::ALL.into_iter();
        all.find(|it| it.machine == loader_stub::elf::MACHINE)
    }

    /// The architecture of a file, if ldshim knows it.
    #[must_use]
    pub fn of(identity: &Identity) -> Option<&'static Architecture> {
        Self::ALL
            .into_iter()
            .find(|architecture| architecture.matches(identity))
    }

    /// Whether this program is for this architecture, too.
    #[must_use]
    pub fn is_of_this_machine(&self) -> bool {
        self.machine == loader_stub::elf::MACHINE
    }

    /// Whether a file is made for this architecture.
    #[must_use]
    pub fn matches(&self, identity: &Identity) -> bool {
        identity.is_little_endian
            && identity.class == self.class
            && identity.machine == self.machine
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.nix_system)
    }
}
