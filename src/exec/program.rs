//! ELF files: `load_elf_binary` in Linux's `fs/binfmt_elf.c`, which `fs/compat_binfmt_elf.c` has for 32-bit programs too.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use goblin::elf::header::{EI_CLASS, ELFMAG, ET_DYN, ET_EXEC, machine_to_str};
use goblin::elf::program_header::{PF_X, PT_INTERP, PT_LOAD};
use nix::errno::Errno;

use super::loaders::Loaders;
use super::machines::{Format, formats};
use super::memory::Contents;
use super::open::may_execute;
use super::refusal::{Reason, Refusal, Role, Stop};
use crate::elf::{Class, Identity, Segment, segments};

/// `PATH_MAX`: the longest name of a loader, with its NUL.
const LONGEST_NAME: u64 = 4096;
/// The most bytes of program headers that the kernel reads.
const MOST_HEADERS: u64 = 65536;

/// A program that the kernel starts.
#[derive(Debug)]
pub struct Program {
    /// What the kernel takes it for, whatever its header says of its class.
    pub identity: Identity,
    /// The loader that it names.
    pub loader: Option<PathBuf>,
    /// Why it comes to its end at once, if it does.
    pub crash: Option<Reason>,
}

/// The header's fields. Both classes have them, in other places.
struct Header {
    class: u8,
    elf_type: u16,
    machine: u16,
    entry: u64,
    entry_size: u16,
    count: u16,
}

impl Header {
    fn read(head: &[u8], class: Class) -> Self {
        let half = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        let number = |at: usize, size: usize| {
            let digits = head[at..at + size].iter().rev();
            digits.fold(0, |number, &byte| number << 8 | u64::from(byte))
        };
        let (entry, entry_size) = match class {
            Class::Bits32 => (number(24, 4), 42),
            Class::Bits64 => (number(24, 8), 54),
        };
        Self {
            class: head[EI_CLASS],
            elf_type: half(16),
            machine: half(18),
            entry,
            entry_size: half(entry_size),
            count: half(entry_size + 2),
        }
    }

    fn is_of_program(&self) -> bool {
        [ET_EXEC, ET_DYN].contains(&self.elf_type)
    }

    fn identity(&self, class: Class) -> Identity {
        Identity {
            class,
            is_little_endian: true,
            machine: self.machine,
            elf_type: self.elf_type,
        }
    }

    /// `load_elf_phdrs`
    fn segments(&self, file: &File, class: Class) -> Result<Vec<Segment>, Reason> {
        let size = size_of_header(class);
        let all = u64::from(self.count) * u64::from(size);
        if self.entry_size != size {
            return Err(Reason::Headers("its program headers have another size"));
        }
        if all == 0 {
            return Err(Reason::Headers("it has no program headers"));
        }
        if all > MOST_HEADERS {
            return Err(Reason::Headers("it has too many program headers"));
        }
        segments(file, &self.identity(class))
            .map_err(|_| Reason::Headers("it ends before its program headers do"))
    }
}

fn size_of_header(class: Class) -> u16 {
    match class {
        Class::Bits32 => 32,
        Class::Bits64 => 56,
    }
}

/// What the kernel makes of the ELF file at `path`, which begins with `head`.
pub(super) fn load(
    path: &Path,
    file: &File,
    head: &[u8],
    loaders: &Loaders,
) -> Result<Program, Stop> {
    let refused = |reason| Stop::Refused(Refusal::new(path, Role::Program, reason));
    let header = Header::read(head, Class::Bits64);
    if !header.is_of_program() {
        return Err(refused(Reason::ElfType(header.elf_type)));
    }
    let is_for = |it: &&Format| it.takes(header.machine, header.class);
    let Some(format) = formats().iter().find(is_for) else {
        return Err(refused(Reason::OtherMachine(machine(&header, head))));
    };
    let header = Header::read(head, format.class);
    let segments = header.segments(file, format.class).map_err(refused)?;
    let name = segments.iter().find(|it| it.kind == PT_INTERP);
    let loader = name.map(|it| loader_name(file, it)).transpose();
    let loader = loader.map_err(|reason| match has_no_code(&segments) {
        true => refused(Reason::NoCode),
        false => refused(reason),
    });
    let loader = loader?.map(PathBuf::from);
    if let Some(loader) = &loader {
        check_loader(loader, format, loaders)?;
    }
    let file_size = file.metadata().map_err(Stop::Unreadable)?.len();
    let contents = Contents {
        format,
        elf_type: header.elf_type,
        // Where a program with a loader begins is the loader's affair.
        entry: if loader.is_some() { 0 } else { header.entry },
        segments: &segments,
        file_size,
        is_loader: false,
    };
    if let Some(reason) = contents.unmappable() {
        return Err(refused(reason));
    }
    let crash = Contents {
        entry: header.entry,
        ..contents
    };
    Ok(Program {
        identity: Identity {
            machine: format.machine(),
            ..header.identity(format.class)
        },
        crash: crash.crashes(),
        loader,
    })
}

/// Whether code is in memory and not in the file, as where `objcopy --only-keep-debug` has left nothing else.
fn has_no_code(segments: &[Segment]) -> bool {
    let is_code = |it: &&Segment| it.kind == PT_LOAD && it.flags & PF_X != 0 && it.memory_size > 0;
    let mut code = segments.iter().filter(is_code).peekable();
    code.peek().is_some() && code.all(|it| it.file_size == 0)
}

/// The loader that PT_INTERP names, up to the first NUL.
fn loader_name(file: &File, segment: &Segment) -> Result<OsString, Reason> {
    let damaged = |what, errno| Err(Reason::LoaderName(what, errno));
    if segment.file_size > LONGEST_NAME {
        return damaged("the name of its loader is too long", Errno::ENOEXEC);
    }
    if segment.file_size < 2 {
        return damaged("it asks for a loader and names none", Errno::ENOEXEC);
    }
    let mut name = vec![0; usize::try_from(segment.file_size).unwrap_or(0)];
    if i64::try_from(segment.offset).is_err() {
        return damaged(
            "the name of its loader is outside of the file",
            Errno::EINVAL,
        );
    }
    if file.read_exact_at(&mut name, segment.offset).is_err() {
        return damaged("the file ends before the name of its loader", Errno::EIO);
    }
    if name.last() != Some(&0) {
        return damaged("the name of its loader does not end", Errno::ENOEXEC);
    }
    name.truncate(memchr::memchr(0, &name).unwrap_or(0));
    Ok(OsString::from_vec(name))
}

/// Whether the kernel takes what is at `path` for a loader.
fn check_loader(path: &Path, format: &Format, loaders: &Loaders) -> Result<(), Stop> {
    let Some(there) = loaders.file(path) else {
        return Ok(());
    };
    let refused = |reason| Stop::Refused(Refusal::new(path, Role::Loader, reason));
    may_execute(there).map_err(refused)?;
    let file = File::open(there).map_err(Stop::Unreadable)?;
    let size = match format.class {
        Class::Bits32 => 52,
        Class::Bits64 => 64,
    };
    let mut head = vec![0; size];
    if file.read_exact_at(&mut head, 0).is_err() {
        return Err(refused(Reason::Empty));
    }
    if !head.starts_with(ELFMAG) {
        return Err(refused(Reason::NotElf));
    }
    let header = Header::read(&head, format.class);
    if !format.takes(header.machine, header.class) {
        return Err(refused(Reason::OtherMachine(machine(&header, &head))));
    }
    let segments = header.segments(&file, format.class).map_err(refused)?;
    if !header.is_of_program() {
        return Err(refused(Reason::ElfType(header.elf_type)));
    }
    let file_size = file.metadata().map_err(Stop::Unreadable)?.len();
    let contents = Contents {
        format,
        elf_type: header.elf_type,
        entry: header.entry,
        segments: &segments,
        file_size,
        is_loader: true,
    };
    match contents.unmappable().or_else(|| contents.crashes()) {
        Some(reason) => Err(refused(reason)),
        None => Ok(()),
    }
}

/// The name of a file's machine, for people.
fn machine(header: &Header, head: &[u8]) -> String {
    match crate::elf::identify_header(head) {
        Ok(identity) => identity.to_string(),
        Err(_) => machine_to_str(header.machine).to_owned(),
    }
}

/// The name of an ELF type, for people.
pub(super) fn type_name(elf_type: u16) -> &'static str {
    match elf_type {
        0 => "an ELF file without a type",
        1 => "an object file, which a linker makes programs of",
        4 => "a core file: the memory of a program that has crashed",
        _ => "an ELF file of an unknown type",
    }
}

/// Whether these are the first bytes of an ELF file.
pub(super) fn is_elf(head: &[u8]) -> bool {
    head.starts_with(ELFMAG)
}

/// A loader's path as text.
pub(super) fn is_same(path: &Path, text: &str) -> bool {
    path.as_os_str() == OsStr::from_bytes(text.as_bytes())
}
