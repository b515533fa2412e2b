//! The program as it lies in memory: what its own headers say, without a system call.

use core::slice;

use loader_stub::c_library::{self, CLibrary};
use loader_stub::elf::ProgramHeader;
use loader_stub::identity::{Identity, Part};
use loader_stub::stack::{InitialStack, at};

use goblin::elf::program_header::PT_PHDR;

/// A program that the kernel has loaded.
#[derive(Clone, Copy)]
pub(crate) struct Program<'a> {
    headers: &'a [ProgramHeader],
}

impl<'a> Program<'a> {
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
        let headers = core::ptr::with_exposed_provenance::<ProgramHeader>(address);
        if headers.is_null() || !headers.is_aligned() {
            return None;
        }
        // SAFETY: the kernel says in AT_PHDR and AT_PHNUM where it has loaded the program's headers, and how many
        // there are. Nobody writes to them.
        let headers = unsafe { slice::from_raw_parts(headers, count) };
        Some(Self { headers })
    }

    /// For which C library it is: what tells is the path of the loader that it names, which is the path at which the
    /// kernel found the stub.
    pub(crate) fn c_library(self) -> CLibrary {
        let Some(path) = c_library::interpreter(self.headers, self.headers.as_ptr().addr()) else {
            return CLibrary::Glibc;
        };
        let start = core::ptr::with_exposed_provenance::<u8>(path.start);
        // SAFETY: the path lies in a segment that the kernel has loaded, and nobody writes to it.
        CLibrary::of_loader(unsafe { slice::from_raw_parts(start, path.len()) })
    }

    /// By what its pin is found; `None` if it does not say where its headers are, and so not where it was loaded.
    #[allow(
        clippy::unnecessary_cast,
        reason = "these are 32 bits on some architectures"
    )]
    pub(crate) fn identity(self) -> Option<Identity> {
        let table = self.headers.as_ptr();
        let own = self.headers.iter().find(|it| it.p_type == PT_PHDR)?;
        let bias = table.addr().wrapping_sub(own.p_vaddr as usize);
        let parts = self.headers.iter().map(|header| Part {
            kind: header.p_type,
            flags: header.p_flags,
            address: header.p_vaddr as u64,
            size: header.p_filesz as u64,
            alignment: header.p_align as u64,
        });
        // SAFETY: it is the same memory. Headers have no padding.
        let bytes = unsafe { slice::from_raw_parts(table.cast(), size_of_val(self.headers)) };
        Some(Identity::of(bytes, size_of::<usize>(), parts, |range| {
            let start = bias.wrapping_add(range.start as usize);
            let start = core::ptr::with_exposed_provenance::<u8>(start);
            // SAFETY: what is asked for lies in a segment that the kernel has loaded and that can be read, as far as
            // the file goes: one that is cut off ends here, and not in the real loader. Nobody has written to it
            // yet, for the program has not begun.
            Some(unsafe { slice::from_raw_parts(start, (range.end - range.start) as usize) })
        }))
    }
}
