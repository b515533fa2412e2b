//! NIX_LD_LIBRARY_PATH in all its forms, and variables whose names nobody reads.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::Reader;
use super::finding::{Finding, is_in_store};
use super::generations;
use crate::elf::Architecture;
use crate::explain::Settings;

/// The beginnings of the variables that name libraries.
const LIBRARIES: [&str; 2] = ["NIX_LD_LIBRARY_PATH", "NIX_LD_MUSL_LIBRARY_PATH"];
/// The beginnings of those that name loaders.
pub(super) const LOADERS: [&str; 2] = ["NIX_LD", "NIX_LD_MUSL"];

/// Looks at each variable that is set and not empty.
pub(super) fn check(settings: &Settings, reader: Reader) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, value) in &settings.environment {
        let Some(name) = name.to_str().filter(|_| !value.is_empty()) else {
            continue;
        };
        if of(name, &LIBRARIES).is_some() {
            findings.extend(of_value(name, value, reader));
        }
        findings.extend(mistyped(name));
    }
    findings
}

/// Whether the variable is one of these, with or without a system's name: for which system.
pub(super) fn of(name: &str, variables: &[&str]) -> Option<Option<&'static Architecture>> {
    variables.iter().find_map(|variable| {
        let rest = name.strip_prefix(variable)?;
        if rest.is_empty() {
            return Some(None);
        }
        let is_named = |it: &&Architecture| rest.strip_prefix('_') == Some(&suffix(it));
        Architecture::ALL.into_iter().find(is_named).map(Some)
    })
}

/// A system as the variables have it: `x86_64_linux`.
pub(super) fn suffix(architecture: &Architecture) -> String {
    architecture.nix_system.replace('-', "_")
}

/// All that is wrong with a list of directories; that it is fine, if nothing is.
fn of_value(name: &str, value: &OsStr, reader: Reader) -> Vec<Finding> {
    let mut findings = Vec::new();
    if value.as_bytes().iter().any(u8::is_ascii_control) {
        let seen = format!("{name} has a line break or another control character in it");
        let advice = format!(
            "It counts as part of a directory's name. Set the variable anew, without it, or: unset {name}"
        );
        return vec![Finding::warning("control-character", seen, &advice)];
    }
    let elements: Vec<&[u8]> = value.as_bytes().split(|&byte| byte == b':').collect();
    if elements.iter().any(|it| it.is_empty()) {
        findings.push(Finding::warning(
            "empty-element",
            format!("{name} has an empty element: {}", value.display()),
            "ldshim passes over it, but nix-ld and the real loader take it for the current directory. Remove the colon.",
        ));
    }
    for element in elements.into_iter().filter(|it| !it.is_empty()) {
        let directory = Path::new(OsStr::from_bytes(element));
        findings.extend(of_directory(name, directory, reader));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            "library-variable",
            format!("{name}={}", value.display()),
        ));
    }
    findings
}

fn of_directory(name: &str, directory: &Path, reader: Reader) -> Option<Finding> {
    let shown = directory.display();
    if directory.is_relative() {
        return Some(Finding::warning(
            "relative-path",
            format!("{name} names {shown}, which depends on the current directory"),
            &format!("Use an absolute path: `realpath {shown}` says it."),
        ));
    }
    if !directory.is_dir() {
        let advice = if is_in_store(directory) {
            "It was removed by garbage collection, or belongs to another machine. Open the session or the development shell \
             anew"
        } else {
            "Name a directory that is there"
        };
        let seen = format!("{name} names {shown}, which is not there");
        let advice = format!("{advice}, or: unset {name}");
        return Some(Finding::warning("directory-gone", seen, &advice));
    }
    if let Some(number) = generations::older(directory) {
        let advice = if reader == Reader::Stub {
            format!(
                "Programs get the libraries that the system had then. Log in again; or, for the stub knows its system: unset {name}"
            )
        } else {
            "Programs get the libraries that the system had then. Log in again.".to_owned()
        };
        let seen = format!(
            "{name} names {shown}, which is of the older generation {number} of this system"
        );
        return Some(Finding::warning("older-generation", seen, &advice));
    }
    let inner = directory.join("lib");
    (!has_library(directory) && has_library(&inner)).then(|| {
        Finding::warning(
            "package-as-directory",
            format!(
                "{name} names {shown}, which has no library itself, but a folder lib/ with some"
            ),
            &format!("Directories are named, not packages: {}.", inner.display()),
        )
    })
}

fn has_library(directory: &Path) -> bool {
    let Ok(mut entries) = directory.read_dir() else {
        return false;
    };
    let is_library = |name: &str| name.ends_with(".so") || name.contains(".so.");
    entries.any(|entry| entry.is_ok_and(|it| it.file_name().to_str().is_some_and(is_library)))
}

/// A name that differs from a known one in case or in hyphens: nobody reads it.
fn mistyped(name: &str) -> Option<Finding> {
    let meant = name.to_ascii_uppercase().replace('-', "_");
    let known = LIBRARIES.iter().chain(&LOADERS).flat_map(|variable| {
        let with_suffix = Architecture::ALL.map(|it| format!("{variable}_{}", suffix(it)));
        with_suffix.into_iter().chain([(*variable).to_owned()])
    });
    let meant = { known }.find(|it| it.to_ascii_uppercase() == meant && it != name)?;
    Some(Finding::warning(
        "mistyped-variable",
        format!("{name} is set, and nothing reads a variable of that name"),
        &format!("Was {meant} meant?"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_system_are_those_variables() {
        assert_eq!(of("NIX_LD", &LOADERS), Some(None));
        assert_eq!(
            of("NIX_LD_aarch64_linux", &LOADERS),
            Some(Some(Architecture::AARCH64))
        );
        assert_eq!(of("NIX_LD_MUSL", &LOADERS), Some(None));
        assert_eq!(
            of("NIX_LD_LIBRARY_PATH_i686_linux", &LIBRARIES),
            Some(Some(Architecture::I686))
        );
        for name in [
            "NIX_LDFLAGS",
            "NIX_LD_LOG",
            "NIX_LD_USE_RESPONSE_FILE",
            "NIX_LD_x86_64-linux",
            "NIX_LD_",
        ] {
            assert_eq!(of(name, &LOADERS), None, "{name}");
        }
    }

    #[test]
    fn names_that_differ_in_case_or_hyphens_are_mistyped() {
        let meant = |name| mistyped(name).and_then(|it| it.advice);
        assert_eq!(
            meant("NIX_LD_x86_64-linux").unwrap(),
            "Was NIX_LD_x86_64_linux meant?"
        );
        assert_eq!(
            meant("nix_ld_library_path").unwrap(),
            "Was NIX_LD_LIBRARY_PATH meant?"
        );
        for name in [
            "NIX_LD",
            "NIX_LD_x86_64_linux",
            "NIX_LDFLAGS",
            "NIX_LD_LOG",
            "LD_LIBRARY_PATH",
        ] {
            assert_eq!(meant(name), None, "{name}");
        }
    }
}
