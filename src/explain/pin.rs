//! Whether the stub would take a pin for a program: asked of the stub's own code.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use loader_stub::c_library::CLibrary;
use loader_stub::env;
use loader_stub::path_buffer::PathBuffer;
use loader_stub::pin::{self, Verdict};
use nix::unistd::Uid;

use super::plan::{self, Choice, Refused};
use super::{Settings, environment, kind};
use crate::elf::{Image, is_known_at_start, program_identity};
use crate::resolver::map_file;

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

/// Why the stub looks for no pin of a program.
#[derive(Clone, Copy, Debug)]
enum NotLookedFor {
    NotOfGlibc,
    IdentityNotKnown,
    Place,
}

impl fmt::Display for NotLookedFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotOfGlibc => "the program names no loader of glibc",
            Self::IdentityNotKnown => {
                "the program does not say where its program headers are (it has no PT_PHDR)"
            }
            Self::Place => "the path of its pins is too long, or has a colon or a semicolon in it",
        })
    }
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
    if settings.without_pins {
        return Pin::None;
    }
    let Ok((path, verdict)) = look(image, interpreter, is_secure, &settings.environment) else {
        return Pin::None;
    };
    match verdict {
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

/// Asks whether the stub takes the pin at `place` when `program` is started with this process's environment; root's pins
/// are taken for programs with more rights than their caller.
///
/// # Errors
/// It does not: why.
pub fn would_be_taken(program: &Path, place: &Path, is_of_system: bool) -> Result<()> {
    let bytes = map_file(program)?;
    let image = Image::parse(&bytes)?;
    let interpreter = image.interpreter();
    let is_secure = is_of_system || kind::is_secure(program, false);
    let environment: Vec<_> = std::env::vars_os().collect();
    let not_taken = "the stub does not take the pin: ";
    match look(&image, interpreter.as_deref(), is_secure, &environment) {
        Err(reason) => anyhow::bail!("{not_taken}{reason}"),
        Ok((path, verdict)) => {
            let is_privileged = is_secure && !is_of_system;
            ensure!(
                !is_privileged,
                "{not_taken}the program has more rights than whoever starts it, and only root's pin counts"
            );
            ensure!(
                path == place,
                "{not_taken}it looks for one at {}",
                path.display()
            );
            match verdict {
                Verdict::Taken => Ok(()),
                Verdict::NoPin => anyhow::bail!("{not_taken}there is none"),
                Verdict::Refused(refusal) => {
                    let reason = String::from_utf8_lossy(refusal.as_bytes());
                    anyhow::bail!("{not_taken}{reason}")
                }
            }
        }
    }
}

/// Where the stub looks for the pin of a program, and what it makes of what is there.
fn look(
    image: &Image<'_>,
    interpreter: Option<&OsStr>,
    is_secure: bool,
    environment: &[(OsString, OsString)],
) -> Result<(PathBuf, Verdict), NotLookedFor> {
    let is_of_glibc =
        interpreter.is_some_and(|it| CLibrary::of_loader(it.as_bytes()) == CLibrary::Glibc);
    if !is_of_glibc {
        return Err(NotLookedFor::NotOfGlibc);
    }
    if !is_known_at_start(image) {
        return Err(NotLookedFor::IdentityNotKnown);
    }
    let texts = environment::entries(environment);
    let entries: Vec<_> = texts.iter().map(|text| (&**text).into()).collect();
    let said = env::scan(&entries, CLibrary::Glibc);
    let identity = program_identity(image).short;
    let mut buffer = PathBuffer::new();
    let place = pin::place(&said, is_secure, identity, &mut buffer).ok_or(NotLookedFor::Place)?;
    let path = PathBuf::from(OsStr::from_bytes(place.path.to_bytes()));
    let verdict = verdict(&path, place.is_of_system);
    Ok((path, verdict))
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
