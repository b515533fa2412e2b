//! Which C library a program is made for: the stub stands in for glibc's loader and for musl's.

use core::ops::Range;

use goblin::elf::program_header::{PT_INTERP, PT_LOAD, PT_PHDR};

use crate::elf::ProgramHeader;

/// A C library, by whose loader a program wants to be started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CLibrary {
    /// The loader `ld-linux-*.so.*` or whatever else a program names that is not musl's.
    #[default]
    Glibc,
    /// The loader `ld-musl-ARCH.so.1`, which is the library itself.
    Musl,
}

/// How the path of musl's loader ends: `LDSO_ARCH` in musl's arch/ARCH/reloc.h, and its Makefile.
#[rustfmt::skip]
pub const MUSL_LOADER: &[u8] = match () {
    () if cfg!(target_arch = "x86_64") => b"/ld-musl-x86_64.so.1",
    () if cfg!(target_arch = "aarch64") => b"/ld-musl-aarch64.so.1",
    () if cfg!(target_arch = "riscv64") => b"/ld-musl-riscv64.so.1",
    () => b"/ld-musl-i386.so.1",
};

impl CLibrary {
    /// The library whose loader has this path.
    pub fn of_loader(path: &[u8]) -> Self {
        if path.ends_with(MUSL_LOADER) {
            Self::Musl
        } else {
            Self::Glibc
        }
    }

    /// What stands between directories of a library path: `fillin_rpath` and its callers in glibc's
    /// elf/dl-load.c, `path_open` in musl's ldso/dynlink.c.
    pub fn separators(self) -> [u8; 2] {
        match self {
            Self::Glibc => *b":;",
            Self::Musl => *b":\n",
        }
    }
}

/// Where in memory the path is of the loader that a program names, without its NUL. `headers` are the program's
/// program headers, and `address` is where they are. `None` if the program does not say, or if what it says does
/// not lie in what was loaded of it.
///
/// PT_PHDR and PT_INTERP come before any PT_LOAD (System V ABI, "Program Header"), so this seldom looks at more
/// than three headers.
pub fn interpreter(headers: &[ProgramHeader], address: usize) -> Option<Range<usize>> {
    let (mut own, mut path) = (None, None);
    for header in headers {
        let [start, size] = [header.p_vaddr as usize, header.p_filesz as usize];
        match header.p_type {
            PT_PHDR => own = Some(start),
            PT_INTERP => path = Some(start..start.checked_add(size.checked_sub(1)?)?),
            PT_LOAD => {
                let (own, path) = (own?, path.clone()?);
                if path.start >= start && path.end < start.checked_add(size)? {
                    let bias = address.wrapping_sub(own);
                    let [start, end] = [path.start, path.end].map(|it| it.wrapping_add(bias));
                    return (start <= end).then_some(start..end);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(kind: u32, address: usize, size: usize) -> ProgramHeader {
        ProgramHeader {
            p_type: kind,
            p_vaddr: address as _,
            p_filesz: size as _,
            ..ProgramHeader::default()
        }
    }

    #[test]
    fn tells_the_loaders_apart_by_their_names() {
        let musl = [b"/lib", MUSL_LOADER].concat();
        assert_eq!(CLibrary::of_loader(&musl), CLibrary::Musl);
        for path in [
            &b"/lib64/ld-linux-x86-64.so.2"[..],
            b"/lib/ld-musl-vax.so.1",
            b"/ld.so",
            b"",
        ] {
            assert_eq!(CLibrary::of_loader(path), CLibrary::Glibc, "{path:?}");
        }
    }

    #[test]
    fn finds_the_path_where_the_program_was_loaded() {
        let headers = [
            header(PT_PHDR, 0x40, 0x100),
            header(PT_INTERP, 0x200, 25),
            header(PT_LOAD, 0, 0x300),
        ];
        assert_eq!(interpreter(&headers, 0x5040), Some(0x5200..0x5218));
        assert_eq!(interpreter(&headers, 0x40), Some(0x200..0x218), "not moved");
    }

    #[test]
    fn finds_no_path_outside_of_what_was_loaded() {
        let load = header(PT_LOAD, 0x100, 0x200);
        for (address, size) in [
            (0xff, 9),
            (0x2f9, 9),
            (0x200, 0),
            (0x200, usize::MAX),
            (usize::MAX, 2),
        ] {
            let headers = [
                header(PT_PHDR, 0x140, 9),
                header(PT_INTERP, address, size),
                load,
            ];
            assert_eq!(
                interpreter(&headers, 0x5140),
                None,
                "{address:#x} {size:#x}"
            );
        }
        assert_eq!(
            interpreter(&[header(PT_INTERP, 0x200, 9), load], 0x5140),
            None
        );
        assert_eq!(
            interpreter(&[header(PT_PHDR, 0x140, 9), load], 0x5140),
            None
        );
        assert_eq!(interpreter(&[], 0), None);
    }
}
