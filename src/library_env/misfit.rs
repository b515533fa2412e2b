//! Which files can be libraries of an environment.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::original_loader;
use crate::elf::{Architecture, IdentifyError, Identity, identify};

/// Why a file is not a library, or not a loader, of an environment.
#[derive(Debug)]
pub enum Misfit {
    /// Its name is not that of a library.
    Name,
    /// It is a link that leads nowhere.
    Dangling,
    /// It has no ELF header that could be read: a linker script, an unreadable file.
    Unidentified(IdentifyError),
    /// It is for another machine than the loader, or for one that ldshim does not know.
    OtherMachine(Identity),
    /// It is a program or an object file.
    NotShared(Identity),
}

impl Misfit {
    /// A word for it that stays the same, for programs to read.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Dangling => "dangling",
            Self::Unidentified(IdentifyError::Io(_)) => "unreadable",
            Self::Unidentified(_) => "not-elf",
            Self::OtherMachine(_) => "other-machine",
            Self::NotShared(_) => "not-shared",
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("not the name of a library"),
            Self::Dangling => f.write_str("dangling link"),
            Self::Unidentified(error) => error.fmt(f),
            Self::OtherMachine(identity) => write!(f, "for another machine: {identity}"),
            Self::NotShared(identity) => {
                write!(f, "not shared: its ELF type is {}", identity.type_name())
            }
        }
    }
}

/// The canonical path of the library at `path`, if it fits the architecture.
pub(super) fn check_library(
    path: &Path,
    architecture: Option<&Architecture>,
) -> Result<PathBuf, Misfit> {
    let (real, identity) = resolve(path)?;
    if architecture.is_some_and(|architecture| !architecture.matches(&identity)) {
        return Err(Misfit::OtherMachine(identity));
    }
    if !identity.is_shared_object() {
        return Err(Misfit::NotShared(identity));
    }
    Ok(real)
}

/// The canonical path of the loader at `path`, or of that which it is a copy of, and for which programs it is.
pub(super) fn check_loader(path: &Path) -> Result<(PathBuf, &'static Architecture), Misfit> {
    let original = original_loader(path).map_err(of_error)?;
    let (real, identity) = resolve(&original)?;
    let architecture = Architecture::of(&identity).ok_or(Misfit::OtherMachine(identity))?;
    if !identity.is_shared_object() {
        return Err(Misfit::NotShared(identity));
    }
    Ok((real, architecture))
}

fn resolve(path: &Path) -> Result<(PathBuf, Identity), Misfit> {
    let real = path.canonicalize().map_err(of_error)?;
    let identity = identify(&real).map_err(Misfit::Unidentified)?;
    Ok((real, identity))
}

fn of_error(error: io::Error) -> Misfit {
    match error.kind() {
        ErrorKind::NotFound => Misfit::Dangling,
        _ => Misfit::Unidentified(IdentifyError::Io(error)),
    }
}
