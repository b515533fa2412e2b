//! Whose file is at the place of a loader.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use loader_stub::c_library::CLibrary;
use memchr::memmem;
use nix::unistd::{AccessFlags, access};

use crate::elf::{Architecture, identify, interpreter};
use crate::library_env::c_library;
use crate::resolver::{Machine, RealLoader};
use crate::stub_file::{Stranger, StubFile, stranger};

/// What is at the place of a loader.
#[derive(Debug)]
pub(super) enum Occupant {
    /// There is no such file.
    Nothing,
    /// A link that leads nowhere, and where to.
    Dangling(PathBuf),
    /// It cannot be read or executed, and the reason.
    Unusable(String),
    /// It is no ELF file, a program that needs a loader itself, or something else that no kernel starts as a loader.
    NoLoader(String),
    /// ldshim's stub.
    Stub(StubFile),
    /// ldshim's stub, damaged or of a later version, and what is wrong.
    DamagedStub(String),
    /// nix-ld, of that major version.
    NixLd(u8),
    /// NixOS's stub-ld, which prints a message.
    StubLd,
    /// A C library's own loader, and the version of glibc if it tells.
    Loader {
        c_library: CLibrary,
        version: Option<(u32, u32)>,
    },
    /// A loader of nobody that is known.
    Unknown,
}

impl Occupant {
    /// What is at `path`, where programs of `architecture` look for their loader.
    pub(super) fn of(path: &Path, architecture: &Architecture) -> Self {
        let metadata = match path.metadata() {
            Ok(metadata) => metadata,
            Err(error) => return Self::without_file(path, &error),
        };
        if !metadata.is_file() {
            return Self::NoLoader("it is no file".into());
        }
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => return Self::Unusable(error.to_string()),
        };
        // The kernel opens a loader as it opens a program: with the right to execute it.
        if let Err(errno) = access(path, AccessFlags::X_OK) {
            return Self::Unusable(format!("it may not be executed: {}", errno.desc()));
        }
        match identify(path) {
            Err(error) => return Self::NoLoader(error.to_string()),
            Ok(identity) if !architecture.matches(&identity) => {
                return Self::NoLoader(format!("it is for {identity}"));
            }
            Ok(_) => {}
        }
        Self::of_contents(path, &bytes)
    }

    fn without_file(path: &Path, error: &std::io::Error) -> Self {
        match (error.kind(), path.read_link()) {
            (ErrorKind::NotFound, Ok(target)) => Self::Dangling(target),
            (ErrorKind::NotFound | ErrorKind::NotADirectory, _) => Self::Nothing,
            _ => Self::Unusable(error.to_string()),
        }
    }

    fn of_contents(path: &Path, bytes: &[u8]) -> Self {
        let has = |text| memmem::find(bytes, text).is_some();
        match StubFile::read(path) {
            Ok(stub) => return Self::Stub(stub),
            Err(error) if has(loader_stub::baked::SECTION.as_bytes()) => {
                return Self::DamagedStub(format!("{error:#}"));
            }
            Err(_) => {}
        }
        if let Ok(Some(needed)) = interpreter(path) {
            let needed = needed.display();
            return Self::NoLoader(format!("it is a program that asks for {needed} itself"));
        }
        match stranger(path) {
            Some(Stranger::StubLd) => return Self::StubLd,
            Some(Stranger::NixLd(version)) => return Self::NixLd(version),
            None => {}
        }
        if c_library(path) == CLibrary::Musl {
            return Self::Loader {
                c_library: CLibrary::Musl,
                version: None,
            };
        }
        match RealLoader::read(path, Machine::this) {
            Ok(loader) if loader.soname.is_some() => Self::Loader {
                c_library: CLibrary::Glibc,
                version: loader.version,
            },
            _ => Self::Unknown,
        }
    }
}
