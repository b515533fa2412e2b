//! The loader that a program names.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use loader_stub::c_library::{CLibrary, MUSL_LOADER};

use crate::elf::{Architecture, Elsewhere, MUSL};

/// The loader that a program names, if nothing is there and the stub is not meant to be.
pub(super) fn missing(
    architecture: &Architecture,
    interpreter: Option<&OsString>,
) -> Option<OsString> {
    let named = interpreter.filter(|it| !is_stubs_place(architecture, it))?;
    (!Path::new(named).exists()).then(|| named.clone())
}

/// Whether it is the place of a stub.
pub(super) fn is_stubs_place(architecture: &Architecture, interpreter: &OsStr) -> bool {
    let musl = [b"/lib", MUSL_LOADER].concat();
    interpreter == architecture.loader_path || interpreter.as_bytes() == musl
}

/// The C library of a program, by the loader that it names; of a library, by the C library that it needs.
pub(super) fn c_library(interpreter: Option<&OsString>, is_for: Option<Elsewhere>) -> CLibrary {
    match interpreter {
        Some(it) => CLibrary::of_loader(it.as_bytes()),
        None if is_for == Some(MUSL) => CLibrary::Musl,
        None => CLibrary::Glibc,
    }
}
