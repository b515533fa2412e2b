//! A file that can be loaded.

use std::ffi::OsString;
use std::sync::Arc;

use goblin::elf::header::{
    EI_ABIVERSION, EI_CLASS, EI_DATA, EI_OSABI, EI_VERSION, ELFDATA2LSB, ELFMAG, ELFOSABI_GNU,
    ELFOSABI_NONE, ET_DYN, ET_EXEC, SIZEOF_IDENT, header32, header64,
};
use goblin::elf::program_header::PT_LOAD;

use super::dlopen_notes;
use super::real_loader::version_in;
use crate::elf::{Architecture, Class, Dynamic, Image};

/// `DF_1_PIE`: a program, not a library.
const DF_1_PIE: u64 = 0x0800_0000;
/// A library with this version of the GNU OS ABI or a later one is refused: `LIBC_ABI_MAX` of glibc,
/// which differs a little between its versions. Linkers write 0.
const HIGHEST_ABI_VERSION: u8 = 4;

/// What is remembered of a library, or of a program.
#[derive(Debug)]
pub struct Object {
    /// Device and inode, by which the loader knows the file again.
    pub identity: (u64, u64),
    /// What it asks for and offers.
    pub dynamic: Dynamic,
    /// If it is a `libc.so.6` of glibc: which version.
    pub glibc: Option<(u32, u32)>,
    /// What it says that it may load later: the texts of its notes, in JSON.
    pub dlopen_notes: Vec<String>,
}

/// What a loader makes of a path.
#[derive(Debug, Clone)]
pub enum Opened {
    /// It can be loaded.
    Object(Arc<Object>),
    /// It cannot be opened, for the reason that this `errno` has.
    NotThere(i32),
    /// It is for other programs; the search goes on.
    Foreign(&'static str),
    /// It is no library; the program ends here, with this message about the file.
    Unusable(&'static str),
    /// It cannot be loaded as one; the program ends here, with this message about the name.
    Unloadable(&'static str),
}

impl Object {
    /// Checks a library as the loader does, and in its order.
    pub(super) fn read(bytes: &[u8], identity: (u64, u64), architecture: &Architecture) -> Opened {
        if let Err(opened) = check_header(bytes, architecture) {
            return opened;
        }
        let Ok(image) = Image::parse(bytes) else {
            return Opened::Unusable("cannot read file data");
        };
        if !image.segments.iter().any(|it| it.kind == PT_LOAD) {
            return Opened::Unloadable("object file has no loadable segments");
        }
        if image.identity.elf_type == ET_EXEC {
            return Opened::Unloadable("cannot dynamically load executable");
        }
        let Some(dynamic) = Dynamic::of(&image) else {
            return Opened::Unloadable("object file has no dynamic section");
        };
        if dynamic.flags_1 & DF_1_PIE != 0 {
            return Opened::Unloadable("cannot dynamically load position-independent executable");
        }
        Opened::Object(Arc::new(Self::new(&image, identity, dynamic)))
    }

    /// A library, or the program itself, for which fewer checks are made.
    pub(super) fn new(image: &Image<'_>, identity: (u64, u64), dynamic: Dynamic) -> Self {
        let is_libc = dynamic.soname.as_ref().is_some_and(|it| it == "libc.so.6");
        let mut constants = image.constants().into_iter();
        Self {
            identity,
            glibc: is_libc.then(|| constants.find_map(version_in)).flatten(),
            dlopen_notes: dlopen_notes::texts(image),
            dynamic,
        }
    }

    /// Its soname.
    pub fn soname(&self) -> Option<&OsString> {
        self.dynamic.soname.as_ref()
    }
}

/// Why the loader refuses a file as a library, in its words; `None` if it does not.
#[must_use]
pub fn refusal(bytes: &[u8], architecture: &Architecture) -> Option<&'static str> {
    match Object::read(bytes, (0, 0), architecture) {
        Opened::Foreign(reason) | Opened::Unusable(reason) | Opened::Unloadable(reason) => {
            Some(reason)
        }
        Opened::Object(_) | Opened::NotThere(_) => None,
    }
}

fn check_header(bytes: &[u8], architecture: &Architecture) -> Result<(), Opened> {
    let unusable = |message| Err(Opened::Unusable(message));
    let (size, header_entry, class) = match architecture.class {
        Class::Bits32 => (header32::SIZEOF_EHDR, 32, 1),
        Class::Bits64 => (header64::SIZEOF_EHDR, 56, 2),
    };
    let Some(header) = bytes.get(..size) else {
        return unusable("file too short");
    };
    let half = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    if !header.starts_with(ELFMAG) {
        return unusable("invalid ELF header");
    }
    if header[EI_CLASS] != class {
        return Err(Opened::Foreign("wrong ELF class"));
    }
    if header[EI_DATA] != ELFDATA2LSB {
        return unusable("ELF file data encoding not little-endian");
    }
    if header[EI_VERSION] != 1 {
        return unusable("ELF file version ident does not match current one");
    }
    let (abi, abi_version) = (header[EI_OSABI], header[EI_ABIVERSION]);
    if abi != ELFOSABI_NONE && abi != ELFOSABI_GNU {
        return unusable("ELF file OS ABI invalid");
    }
    let is_known = abi == ELFOSABI_GNU && abi_version < HIGHEST_ABI_VERSION;
    if abi_version != 0 && !is_known {
        return unusable("ELF file ABI version invalid");
    }
    if header[EI_ABIVERSION + 1..SIZEOF_IDENT]
        .iter()
        .any(|&it| it != 0)
    {
        return unusable("nonzero padding in e_ident");
    }
    // e_type, e_machine and e_version follow, in both classes.
    if (half(20), half(22)) != (1, 0) {
        return unusable("ELF file version does not match current one");
    }
    if half(18) != architecture.machine {
        return Err(Opened::Foreign("wrong ELF machine"));
    }
    if ![ET_DYN, ET_EXEC].contains(&half(16)) {
        return unusable("only ET_DYN and ET_EXEC can be loaded");
    }
    if half(size - 10) != header_entry {
        return unusable("ELF file's phentsize not the expected size");
    }
    Ok(())
}
