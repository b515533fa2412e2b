//! What a file is.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::ptr;

use goblin::elf::header::ET_EXEC;
use nix::unistd::{getegid, geteuid};

use crate::elf::{Identity, Image};
use crate::exec::Line;
use crate::file_kind::{self, Data};
use crate::resolver::Program;

/// `S_ISUID`
const SET_USER: u32 = 0o4000;
/// `S_ISGID` and the group's right to execute; without that, the bit means something else.
const SET_GROUP: u32 = 0o2010;

/// What the first bytes of a file say that it is.
pub(super) enum Contents<'a> {
    /// A program or library.
    Elf(Image<'a>),
    /// It starts as one, and is none.
    DamagedElf(String),
    /// A text that begins with `#!`.
    Script(Line),
    /// What is known to stand in a program's place.
    Data(Data),
    /// Something else, in words.
    Other(&'static str),
}

/// What a file with these bytes is. The kernel may take an ELF file for something else than its header says: `taken_for`.
pub(super) fn contents(bytes: &[u8], taken_for: Option<Identity>) -> Contents<'_> {
    if bytes.starts_with(b"\x7fELF") {
        let image = match taken_for {
            Some(identity) => Image::parse_as(bytes, identity),
            None => Image::parse(bytes),
        };
        return match image {
            Ok(image) => Contents::Elf(image),
            Err(error) => Contents::DamagedElf(error.to_string()),
        };
    }
    if let Some(line) = Line::of(bytes) {
        return Contents::Script(line);
    }
    Contents::Other(match bytes {
        [] => "an empty file",
        [b'#', b'!', ..] => "a script without an interpreter",
        _ => match file_kind::of(bytes) {
            Some(data) => return Contents::Data(data),
            None => "no program that the kernel knows",
        },
    })
}

/// Whether the kernel starts the file without a loader: it names none, and is no library.
///
/// A static program that can be put anywhere looks like a library. What tells them apart is that
/// linkers mark it as a program.
pub(super) fn is_static(image: &Image<'_>, program: &Program<'_>) -> bool {
    const DF_1_PIE: u64 = 0x0800_0000;
    let dynamic = &program.object.dynamic;
    let is_marked = dynamic.flags_1 & DF_1_PIE != 0 && dynamic.dependencies.is_empty();
    program.interpreter.is_none() && (image.identity.elf_type == ET_EXEC || is_marked)
}

/// Whether the program would have more rights than whoever asks (AT_SECURE); with `is_for_all`, than anybody.
pub(crate) fn is_secure(path: &Path, is_for_all: bool) -> bool {
    path.metadata().is_ok_and(|it| {
        let is_set = |bits| it.mode() & bits == bits;
        let other_user = is_set(SET_USER) && (is_for_all || it.uid() != geteuid().as_raw());
        let other_group = is_set(SET_GROUP) && (is_for_all || it.gid() != getegid().as_raw());
        let is_user = is_for_all || !geteuid().is_root();
        other_user || other_group || is_user && has_capabilities(path)
    })
}

/// Whether the kernel gives the program capabilities when a user starts it: capabilities(7), "File capabilities".
fn has_capabilities(path: &Path) -> bool {
    let Ok(path) = CString::new(path.as_os_str().as_bytes()) else {
        return false;
    };
    let name = c"security.capability";
    // SAFETY: both texts end with a zero byte, and of no memory the kernel writes no byte to it.
    #[allow(unsafe_code)]
    let length = unsafe { libc::getxattr(path.as_ptr(), name.as_ptr(), ptr::null_mut(), 0) };
    length >= 0
}
