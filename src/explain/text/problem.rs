//! Problems in words.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::branches::{self, name_of};
use crate::elf::Class;
use crate::explain::{How, Kind, Problem, Report};
use crate::file_kind;
use crate::own_tree;
use crate::printable::{self, Shown as _};
use crate::resolver::{Found, MissingSymbols, Passed, Resolution};

/// So many symbols that are missing are named; of the others there is the number.
const MOST_SYMBOLS: usize = 3;

/// A problem in words.
pub(crate) fn problem_text(report: &Report, problem: &Problem) -> String {
    let resolution = match &report.kind {
        Kind::Dynamic(dynamic) => dynamic.resolution.as_ref(),
        _ => None,
    };
    let name = |number: usize| match resolution {
        Some(resolution) => name_of(resolution, number, &report.path),
        None => report.path.shown(),
    };
    let names = |numbers: &[usize]| {
        numbers
            .iter()
            .map(|&it| name(it))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let file = |number: Option<&usize>| {
        let object = resolution
            .zip(number)
            .map(|(it, number)| &it.objects[*number]);
        object
            .and_then(|it| it.path.as_deref())
            .unwrap_or(&report.path)
    };
    match problem {
        Problem::NotAProgram(Some(data)) => format!("it is {}", data.what),
        Problem::NotAProgram(None) => match &report.kind {
            Kind::Unknown(what) if what == "an empty file" => {
                format!("it is {what}: the download may have failed")
            }
            _ => "it is neither an ELF file nor a script".into(),
        },
        Problem::NoStub(identity) => format!("ldshim has no stub for {identity}"),
        Problem::Elsewhere(whom) => format!("it is for {whom}"),
        Problem::NoInterpreter(path) => format!("{} is not there", path.shown()),
        Problem::Refused(refusal) => refusal.text(),
        Problem::StubLd(path) => format!(
            "{} is NixOS's stub-ld, which prints a message and starts nothing",
            path.shown()
        ),
        Problem::OfInterpreter => "the program that runs it would not start".into(),
        Problem::Musl => "it is for musl, whose search is not explained".into(),
        Problem::UnknownLoader(path) => format!(
            "the loader that it names, {}, is none of glibc's, and what it does is not explained",
            path.shown()
        ),
        Problem::NotReadable => {
            "it may be executed and not read, so that nothing is known of what it needs".into()
        }
        Problem::NoLoader => "there is no loader of glibc that could be used".into(),
        Problem::Missing { name, needed_by } => {
            format!(
                "{} is missing (needed by {})",
                name.shown(),
                names(needed_by)
            ) + &by_path(name, file(needed_by.first()))
                + &passed_over(resolution, name)
        }
        Problem::Failure(failure) => format!("{}: {}", failure.name.shown(), failure.message),
        Problem::Version(missing) => {
            let (library, by) = (name(missing.library), name(missing.wanted_by));
            let text = format!(
                "{library} has no version {} (needed by {by})",
                missing.version.shown()
            );
            text + &older_glibc(resolution, missing.library, &missing.version)
        }
        Problem::Symbols(missing) => {
            let who = match missing.library {
                Some(library) => format!("{} has no", name(library)),
                None => "none of its libraries has the".to_owned(),
            };
            format!(
                "{who} {} (needed by {})",
                symbols(&missing.names),
                name(missing.wanted_by)
            )
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

/// Names of symbols, but not too many.
fn symbols(names: &[OsString]) -> String {
    let shown = names.iter().take(MOST_SYMBOLS).map(|it| it.shown());
    let shown = shown.collect::<Vec<_>>().join(", ");
    match names.len() {
        1 => format!("symbol {shown}"),
        many if many > MOST_SYMBOLS => {
            format!("symbols {shown} and {} more", many - MOST_SYMBOLS)
        }
        _ => format!("symbols {shown}"),
    }
}

/// What it means that a library is asked for by a path, and what helps; nothing if it is asked for by a name.
fn by_path(name: &OsStr, asking: &Path) -> String {
    let path = Path::new(name);
    let (true, Some(file)) = (name.as_bytes().contains(&b'/'), path.file_name()) else {
        return String::new();
    };
    let wanted = match (path.exists(), path.is_absolute()) {
        (true, _) => "what is there is for other programs; put another one there",
        (_, true) if path.starts_with("/nix/store") => {
            "get that store path again, or undo what has written it: ldshim patch --undo"
        }
        (_, true) => "put it there",
        _ => "start the program in the folder from which that path leads to it",
    };
    let [path, file, asking] = [path, Path::new(file), asking].map(printable::shell_word);
    format!(
        ": it is asked for by this path, so no library environment and no pin can stand for it; {wanted}, or have it searched for by \
         name: ldshim patch --replace-needed {path} {file} {asking}"
    )
}

/// What to do about a problem, where that is not told otherwise.
pub(crate) fn advice(report: &Report, problem: &Problem) -> Option<String> {
    match problem {
        Problem::Refused(refusal) => refusal.advice(&report.path),
        Problem::StubLd(_) => Some(format!(
            "On NixOS: programs.nix-ld.enable = true; puts ldshim's stub there. Without installing anything: ldshim run {}",
            printable::shell_word(&report.path)
        )),
        Problem::Missing { name, .. } if is_of_musl(name) => Some(
            "It is musl's C library: what needs it was built for musl, as for Alpine. Get that for glibc, or all of the program for \
             musl."
                .to_owned(),
        ),
        Problem::Missing { name, .. } => {
            let (link, target) = own_tree::find_broken_link(&report.path, name)?;
            Some(format!(
                "{} is a link to {}, where nothing is: copy or unpack its folder again with all that links lead to (cp -a, tar)",
                link.shown(),
                target.shown()
            ))
        }
        Problem::NotAProgram(data) => data.map(|it| it.advice.to_owned()),
        Problem::Unreadable(..) => Some("Get it again: its download has not come to its end, or an edit has damaged it.".to_owned()),
        Problem::Failure(failure) => advice_about(Path::new(&failure.name)),
        Problem::Musl => loader_of_musl(report),
        Problem::NoLoader if is_32_bit(report) => Some(
            "Name one that is there in NIX_LD_i686_linux or --loader, or on NixOS: programs.nix-ld.enable32Bit = true; to see what \
             stands in the way: ldshim doctor"
                .to_owned(),
        ),
        Problem::NoLoader => Some(
            "Name one that is there in NIX_LD or --loader, or on NixOS: programs.nix-ld.enable = true; to see what stands in the \
             way: ldshim doctor"
                .to_owned(),
        ),
        Problem::Symbols(missing) => advice_about_symbols(report, missing),
        Problem::MixedGlibc(_) | Problem::Version(_) => Some(format!(
            "To see why these files are taken: ldshim explain -v {}",
            printable::shell_word(&report.path)
        )),
        _ => None,
    }
}

/// Where another version of a library comes from than the program was built with, and how to have that.
fn advice_about_symbols(report: &Report, missing: &MissingSymbols) -> Option<String> {
    let Kind::Dynamic(dynamic) = &report.kind else {
        return None;
    };
    let program = printable::shell_word(&report.path);
    let see = format!("To see where its libraries come from: ldshim explain -v {program}");
    let (Some(number), Some(resolution)) = (missing.library, &dynamic.resolution) else {
        return Some(see);
    };
    let library = &resolution.objects[number];
    let (Some(path), Some(reason)) = (
        &library.path,
        branches::reason(resolution, library, &report.path),
    ) else {
        return Some(see);
    };
    let name = printable::shell_word(&library.names[0]);
    let wanted = format!(
        "It is another version of {name} than was there when {} was built: {} ({reason}).",
        name_of(resolution, missing.wanted_by, &report.path),
        path.shown()
    );
    let step = match library.found {
        // What goes before a pin stays there with one.
        Found::ByPath | Found::Rpath(_) | Found::Runpath => {
            format!("Put the right one there, or get the program's folder again. {see}")
        }
        _ if dynamic.plan.how == How::WithoutStub => see,
        _ => format!(
            "Packages with others: ldshim locate {name}; to have one of them: ldshim pin --select {name}=PACKAGE {program}"
        ),
    };
    Some(format!("{wanted} {step}"))
}

/// A file of the right name that was passed over, because it is for other programs.
fn passed_over(resolution: Option<&Resolution>, name: &OsStr) -> String {
    let objects = resolution.iter().flat_map(|it| &it.objects);
    let passed = objects.filter_map(|it| match &it.found {
        Found::Nowhere(passed) if it.names.iter().any(|it| it == name) => Some(passed),
        _ => None,
    });
    let mut passed = passed.flatten();
    let other = passed.find(|it| it.reason != Passed::NOT_THERE);
    other.map_or(String::new(), |it| {
        format!("; {} has the {}", it.path.shown(), it.reason)
    })
}

/// Whether a library is musl's own: what Alpine calls it, and what musl itself does.
fn is_of_musl(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b"libc.musl-") || name == "libc.so"
}

/// The command by which musl's loader tells itself what is missing, if it is there.
fn loader_of_musl(report: &Report) -> Option<String> {
    let Kind::Dynamic(dynamic) = &report.kind else {
        return None;
    };
    let loader = &dynamic.plan.loader.as_ref()?.path;
    let [loader, program] = [loader, &report.path].map(printable::shell_word);
    Some(format!(
        "Its loader tells what is missing: {loader} --list {program}"
    ))
}

/// Whether it is a program for 32 bits on a machine of 64.
fn is_32_bit(report: &Report) -> bool {
    let own = cfg!(target_pointer_width = "32");
    matches!(&report.kind, Kind::Dynamic(it) if it.architecture.class == Class::Bits32 && !own)
}

/// What to do about a library that a loader does not take, by what it is.
fn advice_about(path: &Path) -> Option<String> {
    if !path.is_absolute() {
        return None;
    }
    let head = file_kind::head(path).ok()?;
    if head.is_empty() {
        return Some(
            "It is an empty file. Get it again: the download, or the room for it, may have failed."
                .to_owned(),
        );
    }
    if let Some(data) = file_kind::of(&head) {
        return Some(format!("It is {}. {}", data.what, data.advice));
    }
    let target = file_kind::link_text(path, &head)?;
    Some(format!(
        "It is the text of a link, saved as a file. Make it a link: ln -sf {} {}",
        printable::shell_word(&target),
        printable::shell_word(path)
    ))
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
