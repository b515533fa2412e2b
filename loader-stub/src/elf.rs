//! The ELF types of the architecture that the stub is built for.

#[cfg(target_pointer_width = "32")]
pub use goblin::elf32::{
    dynamic::Dyn as DynamicEntry, header::Header, program_header::ProgramHeader, sym::Sym as Symbol,
};
#[cfg(target_pointer_width = "64")]
pub use goblin::elf64::{
    dynamic::Dyn as DynamicEntry, header::Header, program_header::ProgramHeader, sym::Sym as Symbol,
};

/// `e_ident[EI_CLASS]` of a loader that this stub can hand over to.
#[cfg(target_pointer_width = "32")]
pub const CLASS: u8 = goblin::elf::header::ELFCLASS32;
/// `e_ident[EI_CLASS]` of a loader that this stub can hand over to.
#[cfg(target_pointer_width = "64")]
pub const CLASS: u8 = goblin::elf::header::ELFCLASS64;

/// `e_machine` of a loader that this stub can hand over to.
pub const MACHINE: u16 = machine();

const fn machine() -> u16 {
    use goblin::elf::header::{EM_386, EM_AARCH64, EM_RISCV, EM_X86_64};
    match () {
        () if cfg!(target_arch = "x86_64") => EM_X86_64,
        () if cfg!(target_arch = "aarch64") => EM_AARCH64,
        () if cfg!(target_arch = "riscv64") => EM_RISCV,
        () => EM_386,
    }
}
