//! To which C library a real loader belongs.

use std::fs;
use std::path::Path;

use loader_stub::c_library::CLibrary;

/// What every loader of musl has in it, the path of its list of directories: `ldso/dynlink.c` of musl. Its name
/// tells nothing for sure, for the loader is musl's C library itself, `libc.so`, and has many names.
const MUSL_PATH_FILE: &[u8] = b"/etc/ld-musl-";

/// The C library of the loader at `path`; glibc, if the file cannot be read.
pub fn c_library(path: &Path) -> CLibrary {
    let bytes = fs::read(path).unwrap_or_default();
    match memchr::memmem::find(&bytes, MUSL_PATH_FILE) {
        Some(_) => CLibrary::Musl,
        None => CLibrary::Glibc,
    }
}
