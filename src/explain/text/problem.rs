//! Problems in words.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::branches::name_of;
use crate::explain::{Kind, Problem, Report};
use crate::resolver::Resolution;

/// A problem in words.
pub(crate) fn problem_text(report: &Report, problem: &Problem) -> String {
    let resolution = match &report.kind {
        Kind::Dynamic(dynamic) => dynamic.resolution.as_ref(),
        _ => None,
    };
    let name = |number: usize| match resolution {
        Some(resolution) => name_of(resolution, number, &report.path),
        None => report.path.display().to_string(),
    };
    let names = |numbers: &[usize]| {
        numbers
            .iter()
            .map(|&it| name(it))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match problem {
        Problem::NotAProgram => "it is neither an ELF file nor a script".into(),
        Problem::NoStub(identity) => format!("ldshim has no stub for {identity}"),
        Problem::Elsewhere(whom) => format!("it is for {whom}"),
        Problem::NoInterpreter(path) => format!("{} is not there", path.display()),
        Problem::Refused(refusal) => refusal.text(),
        Problem::StubLd(path) => format!(
            "{} is NixOS's stub-ld, which prints a message and starts nothing",
            path.display()
        ),
        Problem::OfInterpreter => "the program that runs it would not start".into(),
        Problem::Musl => "it is for musl, whose search is not explained".into(),
        Problem::UnknownLoader(path) => format!(
            "the loader that it names, {}, is none of glibc's, and what it does is not explained",
            path.display()
        ),
        Problem::NotReadable => {
            "it may be executed and not read, so that nothing is known of what it needs".into()
        }
        Problem::NoLoader => "there is no loader of glibc that could be used".into(),
        Problem::Missing { name, needed_by } => {
            format!(
                "{} is missing (needed by {})",
                name.display(),
                names(needed_by)
            ) + by_path(name)
        }
        Problem::Failure(failure) => format!("{}: {}", failure.name.display(), failure.message),
        Problem::Version(missing) => {
            let (library, by) = (name(missing.library), name(missing.wanted_by));
            let text = format!(
                "{library} has no version {} (needed by {by})",
                missing.version.display()
            );
            text + &older_glibc(resolution, missing.library, &missing.version)
        }
        Problem::Unreadable(object, it) => format!(
            "{}: {} cannot be read: nothing is mapped at {:#x}, or it has no end; the file is damaged",
            name(*object),
            it.what,
            it.address
        ),
        Problem::MixedGlibc(versions) => {
            let versions: Vec<_> = versions.iter().map(|&it| version(it)).collect();
            format!(
                "parts of several versions of glibc come together: {}",
                versions.join(" and ")
            )
        }
    }
}

/// What it means that a library is asked for by a path.
fn by_path(name: &OsStr) -> &'static str {
    match name.as_bytes() {
        [b'/', ..] => {
            ": it is asked for by this path, so no library environment and no pin can stand for it; put it there, or have it \
             searched for by name: ldshim patch --replace-needed PATH NAME FILE"
        }
        bytes if bytes.contains(&b'/') => {
            ": it is asked for by this path, as seen from the folder in which the program is started, so no library environment \
             and no pin can stand for it; start it elsewhere, or: ldshim patch --replace-needed PATH NAME FILE"
        }
        _ => "",
    }
}

/// What to do about a problem, where that is not told otherwise.
pub(in crate::explain) fn advice(report: &Report, problem: &Problem) -> Option<String> {
    match problem {
        Problem::Refused(refusal) => refusal.advice(&report.path),
        Problem::StubLd(_) => Some(
            "On NixOS: programs.nix-ld.enable = true puts ldshim's stub there. Without installing anything: ldshim run PROGRAM"
                .to_owned(),
        ),
        Problem::NoLoader => Some(
            "Name one that is there in NIX_LD or --loader, or enable programs.nix-ld; `ldshim doctor` says what stands in the way."
                .to_owned(),
        ),
        _ => None,
    }
}

/// What a version of glibc's that is missing means.
fn older_glibc(resolution: Option<&Resolution>, library: usize, wanted: &OsStr) -> String {
    let wanted = wanted.to_str().and_then(|it| it.strip_prefix("GLIBC_"));
    let wanted = wanted.filter(|it| it.starts_with(|it: char| it.is_ascii_digit()));
    let object = resolution.and_then(|it| it.objects[library].object.as_ref());
    match (wanted, object.and_then(|it| it.glibc)) {
        (Some(wanted), Some(found)) => {
            format!(
                ": it wants glibc {wanted}, and this one is {}",
                version(found)
            )
        }
        _ => String::new(),
    }
}

/// A version of glibc.
pub(super) fn version((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}
