//! NIX_LD in all its forms: each names one loader.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::Reader;
use super::finding::{Finding, is_in_store};
use super::variables::{LOADERS, of, suffix};
use super::{generations, machine};
use crate::elf::{Architecture, identify};
use crate::explain::{Settings, check_loader};

/// Looks at each variable that is set and not empty.
pub(super) fn check(settings: &Settings, reader: Reader) -> Vec<Finding> {
    let machine = machine::architectures();
    let native = machine.first().map(|it| it.0);
    let mut findings = Vec::new();
    for (name, value) in &settings.environment {
        let Some(name) = name.to_str().filter(|_| !value.is_empty()) else {
            continue;
        };
        if let Some(system) = of(name, &LOADERS)
            && let Some(architecture) = system.or(native)
        {
            findings.extend(of_value(name, value, architecture, reader));
        }
    }
    findings
}

fn of_value(
    name: &str,
    value: &OsStr,
    architecture: &Architecture,
    reader: Reader,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let trimmed = value.as_bytes().trim_ascii_end();
    if trimmed.len() != value.len() {
        findings.push(Finding::info(
            "newline",
            format!("{name} ends with a line break or a space"),
            "The stub takes it off, others do not. In Nix, lib.fileContents reads a file without it.",
        ));
    }
    let path = Path::new(OsStr::from_bytes(trimmed));
    match of_path(name, path, architecture, reader) {
        Some(finding) => findings.push(finding),
        None => findings.push(Finding::ok(
            "loader-variable",
            format!("{name}={}", path.display()),
        )),
    }
    findings
}

fn of_path(
    name: &str,
    path: &Path,
    architecture: &Architecture,
    reader: Reader,
) -> Option<Finding> {
    let shown = path.display();
    let level = reader.without_loader();
    if !path.exists() {
        let (code, advice) = if path.as_os_str().as_bytes().contains(&b':') {
            (
                "loader-is-a-list",
                format!("It names one loader, not a list. To name one: export {name}=LOADER"),
            )
        } else if is_in_store(path) {
            (
                "loader-gone",
                format!(
                    "It was removed by garbage collection, or belongs to another machine. Open the session or the development \
                     shell anew, or: unset {name}"
                ),
            )
        } else {
            (
                "loader-gone",
                format!("Name a loader that is there, or: unset {name}"),
            )
        };
        let seen = format!("{name} names {shown}, which is not there");
        return Some(Finding::new(code, level, seen, &advice));
    }
    if path.is_relative() {
        return Some(Finding::warning(
            "relative-path",
            format!("{name} names {shown}, which depends on the current directory"),
            &format!("Use an absolute path: export {name}=\"$(realpath {shown})\""),
        ));
    }
    if let Err(reason) = check_loader(path, architecture) {
        let other = identify(path).ok().and_then(|it| Architecture::of(&it));
        let (code, advice) = match other.filter(|it| *it != architecture) {
            Some(other) => (
                "loader-of-another-architecture",
                format!(
                    "It is for {other}: use NIX_LD_{} for it, and another one here.",
                    suffix(other)
                ),
            ),
            None => (
                "not-a-loader",
                format!(
                    "Name the loader of a glibc, whose file is called ld-linux and so on: export {name}=LOADER"
                ),
            ),
        };
        let seen = format!("{name} names {shown}, which the stub cannot use: {reason}");
        return Some(Finding::new(code, level, seen, &advice));
    }
    let number = generations::older(path)?;
    Some(Finding::warning(
        "older-generation",
        format!("{name} names {shown}, which is of the older generation {number} of this system"),
        &format!("Log in again, or: unset {name}"),
    ))
}
