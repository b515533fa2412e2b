//! Whether the stub would take a pin for a program: asked of the stub's own code.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use goblin::elf::program_header::PT_PHDR;
use loader_stub::c_library::CLibrary;
use loader_stub::path_buffer::PathBuffer;
use loader_stub::{env, pin};
use nix::unistd::Uid;

use super::Settings;
use super::plan::{self, Choice, Refused};
use crate::elf::{Image, program_identity};

/// A program's pin.
#[derive(Debug)]
pub(super) enum Pin {
    /// There is none, or the tool was asked for one before and there is nothing to pin.
    None,
    /// The stub takes the one in this directory.
    Used(PathBuf),
    /// There is one that the stub does not take.
    NotUsed(Refused),
}

/// The pin of a program that names `interpreter`.
pub(super) fn find(
    image: &Image<'_>,
    interpreter: Option<&OsStr>,
    is_secure: bool,
    settings: &Settings,
) -> Pin {
    if let Some(pin) = &settings.pin {
        return Pin::Used(pin.clone());
    }
    let is_of_glibc =
        interpreter.is_some_and(|it| CLibrary::of_loader(it.as_bytes()) == CLibrary::Glibc);
    if settings.without_pins || !is_of_glibc || image.segment(PT_PHDR).is_none() {
        return Pin::None;
    }
    let texts = plan::entries(&settings.environment);
    let entries: Vec<_> = texts.iter().map(|text| (&**text).into()).collect();
    let said = env::scan(&entries, CLibrary::Glibc);
    let identity = program_identity(image).short;
    let mut buffer = PathBuffer::new();
    let Some(place) = pin::place(&said, is_secure, identity, &mut buffer) else {
        return Pin::None;
    };
    let path = PathBuf::from(OsStr::from_bytes(place.path.to_bytes()));
    match reason_against(&path, place.is_of_system) {
        None => Pin::None,
        Some(None) => Pin::Used(path),
        Some(Some(reason)) => Pin::NotUsed(Refused {
            choice: Choice {
                path,
                from: "its pin",
            },
            reason: reason.to_owned(),
        }),
    }
}

/// Why the pin at `path` cannot be used, if not; `None` if there is none.
fn reason_against(path: &Path, is_of_system: bool) -> Option<Option<&'static str>> {
    let metadata = path.symlink_metadata().ok().filter(|it| it.is_dir())?;
    let user = Uid::effective().as_raw();
    let is_trusted = pin::is_trusted(metadata.uid(), metadata.mode(), user, is_of_system);
    let has_paths = plan::is_readable(path.as_os_str().as_bytes(), pin::MANIFEST);
    Some(match (is_trusted, has_paths) {
        (false, _) => Some("it belongs to another user, or others may write to it"),
        (true, false) => Some("its paths are gone from the store"),
        (true, true) => None,
    })
}
