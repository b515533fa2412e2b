//! Whether the stub would take a pin for a program: asked of the stub's own code.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use goblin::elf::program_header::PT_PHDR;
use loader_stub::c_library::CLibrary;
use loader_stub::env;
use loader_stub::path_buffer::PathBuffer;
use loader_stub::pin::{self, Verdict};
use nix::unistd::Uid;

use super::plan::{self, Choice, Refused};
use super::{Settings, environment};
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
    let texts = environment::entries(&settings.environment);
    let entries: Vec<_> = texts.iter().map(|text| (&**text).into()).collect();
    let said = env::scan(&entries, CLibrary::Glibc);
    let identity = program_identity(image).short;
    let mut buffer = PathBuffer::new();
    let Some(place) = pin::place(&said, is_secure, identity, &mut buffer) else {
        return Pin::None;
    };
    let path = PathBuf::from(OsStr::from_bytes(place.path.to_bytes()));
    match verdict(&path, place.is_of_system) {
        Verdict::NoPin => Pin::None,
        Verdict::Taken => Pin::Used(path),
        Verdict::Refused(refusal) => Pin::NotUsed(Refused {
            choice: Choice {
                path,
                from: "its pin",
            },
            reason: String::from_utf8_lossy(refusal.as_bytes()).into_owned(),
        }),
    }
}

/// What the stub makes of the pin at `path`, if there is one.
fn verdict(path: &Path, is_of_system: bool) -> Verdict {
    let Ok(metadata) = path.symlink_metadata() else {
        return Verdict::NoPin;
    };
    let user = Uid::effective().as_raw();
    let has_manifest = || plan::is_readable(path.as_os_str().as_bytes(), pin::MANIFEST);
    pin::judge(
        metadata.uid(),
        metadata.mode(),
        user,
        is_of_system,
        has_manifest,
    )
}
