//! For which system files are made fit: that of a loader.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use goblin::elf::header::{EM_386, EM_AARCH64, EM_ARM, EM_PPC64, EM_RISCV, EM_S390, EM_X86_64};

use crate::resolver::map_file;
use crate::surgery::{Facts, facts};

/// `ELFOSABI_SYSV` (System V ABI, "ELF Identification"), which goes with all others.
const SYSTEM_V: u8 = 0;

/// A loader, and the C library that it belongs to.
#[derive(Debug, Clone)]
pub struct Target {
    /// The loader's path, as programs will name it.
    pub loader: PathBuf,
    /// The folder of the C library.
    pub libc: PathBuf,
    /// The loader's `e_machine`.
    pub machine: u16,
    /// The loader's `e_ident[EI_OSABI]`.
    pub os_abi: u8,
}

impl Target {
    /// The target of a loader.
    ///
    /// # Errors
    /// The loader cannot be read, or is none.
    pub fn new(loader: &Path, libc: PathBuf) -> Result<Self> {
        let context = || format!("cannot read the loader {}", loader.display());
        let bytes = map_file(loader).with_context(context)?;
        let Facts {
            machine, os_abi, ..
        } = facts(&bytes, &[]).with_context(context)?;
        Ok(Self {
            loader: loader.to_owned(),
            libc,
            machine,
            os_abi,
        })
    }
}

/// Whether a file of one OS ABI may use one of another.
pub(super) fn are_compatible(wanted: u8, got: u8) -> bool {
    wanted == SYSTEM_V || got == SYSTEM_V || wanted == got
}

/// The name that auto-patchelf has for a machine.
pub(super) fn machine_name(machine: u16) -> String {
    match machine {
        EM_386 => "x86".to_owned(),
        EM_X86_64 => "x64".to_owned(),
        EM_ARM => "ARM".to_owned(),
        EM_AARCH64 => "AArch64".to_owned(),
        EM_RISCV => "RISC-V".to_owned(),
        EM_PPC64 => "64-bit PowerPC".to_owned(),
        EM_S390 => "IBM System/390".to_owned(),
        other => format!("machine {other}"),
    }
}
