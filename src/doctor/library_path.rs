//! LD_LIBRARY_PATH and LD_PRELOAD, which count for every program, also for those of the system.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::startup_files;
use crate::explain::Settings;

/// The C library by its file: whoever has it in LD_LIBRARY_PATH gives it to programs with other loaders.
const GLIBC: &str = "libc.so.6";

/// Looks at both.
pub(super) fn check(settings: &Settings) -> Vec<Finding> {
    let variable = |name: &str| {
        let mut set = settings.environment.iter();
        set.find(|it| it.0 == name && !it.1.is_empty())
            .map(|it| it.1.as_os_str())
    };
    let home = variable("HOME").map(Path::new);
    let mut findings = Vec::new();
    let places = startup_files::that_set("LD_LIBRARY_PATH", home);
    if let Some(value) = variable("LD_LIBRARY_PATH") {
        findings.extend(library_path(value, &places));
    } else if !places.is_empty() {
        findings.push(Finding::warning(
            "ld-library-path-in-startup-file",
            format!("LD_LIBRARY_PATH is set for sessions: {}", list(&places)),
            ADVICE,
        ));
    }
    if let Some(value) = variable("LD_PRELOAD") {
        findings.extend(preload(value));
    }
    findings
}

const ADVICE: &str = "It counts for every program, those of NixOS included, before the libraries that it was built with, and \
                      breaks it when versions differ. Give libraries to foreign programs by programs.nix-ld.libraries or \
                      NIX_LD_LIBRARY_PATH, and remove it: unset LD_LIBRARY_PATH";

fn library_path(value: &OsStr, places: &[(PathBuf, usize)]) -> Vec<Finding> {
    let set_by = match places {
        [] => String::new(),
        places => format!(", set in {}", list(places)),
    };
    let shown = value.display();
    let directories = || value.as_bytes().split(|byte| b":;".contains(byte));
    let mut findings = vec![Finding::warning(
        "ld-library-path",
        format!("LD_LIBRARY_PATH is {shown}{set_by}"),
        ADVICE,
    )];
    if directories().any(<[u8]>::is_empty) {
        findings.push(Finding::warning(
            "empty-element",
            format!("LD_LIBRARY_PATH has an empty element: {shown}"),
            "The real loader takes it for the current directory: any program loads what lies there. Remove the colon.",
        ));
    }
    let with_glibc = directories()
        .filter(|it| !it.is_empty())
        .map(|it| Path::new(OsStr::from_bytes(it)).join(GLIBC))
        .find(|it| it.exists());
    if let Some(file) = with_glibc {
        findings.push(Finding::problem(
            "glibc-in-ld-library-path",
            format!("LD_LIBRARY_PATH gives every program the glibc {}", file.display()),
            "Programs whose loader is of another glibc fail, with GLIBC_PRIVATE in their messages or by a signal. A glibc never \
             belongs into LD_LIBRARY_PATH: the loader that fits is named by NIX_LD. To be rid of it: unset LD_LIBRARY_PATH",
        ));
    }
    findings
}

fn preload(value: &OsStr) -> Vec<Finding> {
    let files = value.as_bytes().split(|byte| b": ".contains(byte));
    let gone = files
        .filter(|it| it.contains(&b'/'))
        .map(|it| Path::new(OsStr::from_bytes(it)))
        .find(|it| !it.exists());
    let finding = match gone {
        Some(file) => Finding::warning(
            "preload-gone",
            format!("LD_PRELOAD names {}, which is not there", file.display()),
            "Every program says so when it starts. To stop that: unset LD_PRELOAD",
        ),
        None => Finding::info(
            "preload",
            format!("LD_PRELOAD is {}", value.display()),
            "It is loaded into every program, with all that it needs. One that was built for another glibc breaks foreign \
             programs. To start one without: env -u LD_PRELOAD PROGRAM",
        ),
    };
    vec![finding]
}

fn list(places: &[(PathBuf, usize)]) -> String {
    let places = places
        .iter()
        .map(|(file, line)| format!("{}:{line}", file.display()));
    places.collect::<Vec<_>>().join(", ")
}
