//! The program as it lies in memory: what its own headers say, without a system call.

use core::mem::MaybeUninit;
use core::{ptr, slice};

use loader_stub::c_library::{self, CLibrary};
use loader_stub::elf::ProgramHeader;
use loader_stub::identity::{Identity, Part, own_address};
use loader_stub::stack::{InitialStack, at};

/// A program that the kernel has loaded.
#[derive(Clone, Copy)]
pub(crate) struct Program {
    /// For which C library it is: what tells is the path of the loader that it names, which is the path at which the
    /// kernel found the stub.
    pub(crate) c_library: CLibrary,
    /// By what its pin is found; `None` if it does not say where its headers are, and so not where it was loaded.
    /// Programs of musl have no pins.
    pub(crate) identity: Option<Identity>,
}

/// As many headers as a kernel with pages of 4 KiB takes: `load_elf_phdrs` in its fs/binfmt_elf.c.
const MOST_HEADERS: usize = 4096 / size_of::<ProgramHeader>();

impl Program {
    /// What the kernel has loaded together with the stub.
    pub(crate) fn find(stack: &InitialStack<'_>) -> Option<Self> {
        let (mut address, mut count) = (0, 0);
        for entry in stack.auxv.iter() {
            match entry.kind {
                at::PHDR => address = entry.value,
                // It comes after AT_PHDR: create_elf_tables in the kernel's fs/binfmt_elf.c.
                at::PHNUM => {
                    count = entry.value;
                    break;
                }
                _ => {}
            }
        }
        let headers = ptr::with_exposed_provenance::<ProgramHeader>(address);
        if headers.is_null() {
            None
        } else if headers.is_aligned() {
            // SAFETY: the kernel says in AT_PHDR and AT_PHNUM where it has loaded the program's headers, and how many
            // there are. Nobody writes to them.
            Some(Self::of(
                unsafe { slice::from_raw_parts(headers, count) },
                address,
            ))
        } else {
            Self::of_unaligned(headers, count)
        }
    }

    /// Tools that put something into a program after it was linked write new headers at the end of the file, wherever
    /// that is. The kernel does not mind; processors and compilers may. The copy is in a frame of its own, which other
    /// programs do without.
    #[cold]
    #[inline(never)]
    fn of_unaligned(headers: *const ProgramHeader, count: usize) -> Option<Self> {
        let mut copy = [const { MaybeUninit::<ProgramHeader>::uninit() }; MOST_HEADERS];
        let copied = copy.get_mut(..count)?;
        for (index, header) in copied.iter_mut().enumerate() {
            // SAFETY: the kernel says that it has loaded `count` headers there. Nobody writes to them.
            header.write(unsafe { headers.add(index).read_unaligned() });
        }
        // SAFETY: all of them were written.
        let copied = unsafe { slice::from_raw_parts(copied.as_ptr().cast(), count) };
        Some(Self::of(copied, headers.addr()))
    }

    /// What the headers of a program say that are loaded at an address. They may be a copy of those.
    #[inline(never)]
    fn of(headers: &[ProgramHeader], address: usize) -> Self {
        let c_library = c_library(headers, address);
        let identity = match c_library {
            CLibrary::Glibc => identity(headers, address),
            CLibrary::Musl => None,
        };
        Self {
            c_library,
            identity,
        }
    }
}

fn c_library(headers: &[ProgramHeader], address: usize) -> CLibrary {
    let Some(path) = c_library::interpreter(headers, address) else {
        return CLibrary::Glibc;
    };
    let start = ptr::with_exposed_provenance::<u8>(path.start);
    // SAFETY: the path lies in a segment that the kernel has loaded, and nobody writes to it.
    CLibrary::of_loader(unsafe { slice::from_raw_parts(start, path.len()) })
}

#[allow(
    clippy::unnecessary_cast,
    reason = "these are 32 bits on some architectures"
)]
fn identity(headers: &[ProgramHeader], address: usize) -> Option<Identity> {
    let parts = headers.iter().map(|header| Part {
        kind: header.p_type,
        flags: header.p_flags,
        address: header.p_vaddr as u64,
        size: header.p_filesz as u64,
        alignment: header.p_align as u64,
    });
    let bias = address.wrapping_sub(own_address(parts.clone())? as usize);
    // SAFETY: it is the same memory. Headers have no padding.
    let table = unsafe { slice::from_raw_parts(headers.as_ptr().cast(), size_of_val(headers)) };
    Some(Identity::of(table, size_of::<usize>(), parts, |range| {
        let start = bias.wrapping_add(range.start as usize);
        let start = ptr::with_exposed_provenance::<u8>(start);
        // SAFETY: what is asked for lies in a segment that the kernel has loaded and that can be read, as far as
        // the file goes: one that is cut off ends here, and not in the real loader. Nobody has written to it
        // yet, for the program has not begun.
        Some(unsafe { slice::from_raw_parts(start, (range.end - range.start) as usize) })
    }))
}
