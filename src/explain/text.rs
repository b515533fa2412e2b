//! Reports for people. Colours are in the text; whoever prints it takes them out where it is no
//! terminal that they are for.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::branches::{self, name_of};
use super::tree::Tree;
use super::{Dynamic, How, Kind, Problem, Providers, Report};
use crate::resolver::{Probe, Resolution};

pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const QUIET: Style = Style::new().dimmed();
const NAME: Style = Style::new().bold();

/// The names in a branch are at least this wide, so that the paths stand below each other.
pub(super) const NAME_WIDTH: usize = 28;

/// The report about one file.
#[must_use]
pub fn report(report: &Report, providers: &Providers) -> String {
    let mut text = String::new();
    write_report(&mut text, report, providers);
    text.push_str(&providers.excuse());
    text
}

fn write_report(text: &mut String, report: &Report, providers: &Providers) {
    _ = writeln!(
        text,
        "{NAME}{}{NAME:#}: {}",
        report.path.display(),
        kind(&report.kind)
    );
    if let Some(payload) = &report.payload {
        let by = payload
            .made_by
            .map_or(String::new(), |by| format!(" ({by})"));
        _ = writeln!(
            text,
            "  carries a payload{by}: {} bytes behind the program; what is in it is not looked at",
            payload.bytes
        );
    }
    match &report.kind {
        Kind::Dynamic(dynamic) => write_dynamic(text, report, dynamic),
        Kind::Script(_, reports) => {
            for nested in reports {
                text.push('\n');
                write_report(text, nested, providers);
            }
            text.push('\n');
        }
        _ => {}
    }
    write_verdict(text, report, providers);
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Dynamic(dynamic) if dynamic.is_library => {
            format!("library for {}", dynamic.architecture)
        }
        Kind::Dynamic(dynamic) => format!("program for {}", dynamic.architecture),
        Kind::Static(architecture) => {
            format!("static program for {architecture}, which needs no loader and no library")
        }
        Kind::Foreign(identity) => format!("for {identity}"),
        Kind::Script(interpreter, _) => format!("script for {}", interpreter.display()),
        Kind::Unknown(what) => what.clone(),
    }
}

fn write_dynamic(text: &mut String, report: &Report, dynamic: &Dynamic) {
    let plan = &dynamic.plan;
    for refused in plan.pin_not_used.iter().chain(&plan.refused) {
        let path = refused.choice.path.display();
        let (from, reason) = (refused.choice.from, &refused.reason);
        _ = writeln!(
            text,
            "  {QUIET}not used{QUIET:#}   {path} (from {from}): {reason}"
        );
    }
    if let Some(loader) = &plan.loader {
        let version = dynamic
            .glibc
            .map_or(String::new(), |it| format!("glibc {}, ", version(it)));
        let path = loader.path.display();
        _ = writeln!(text, "  loader     {path} ({version}from {})", loader.from);
    }
    if let Some(libraries) = &plan.libraries {
        let how = match plan.how {
            How::Cache => "by the loader's cache",
            How::Environment => "by the loader's LD_LIBRARY_PATH",
            _ => "not used: the program has more rights than its caller",
        };
        let path = libraries.path.display();
        _ = writeln!(text, "  libraries  {path} (from {}, {how})", libraries.from);
    }
    if plan.how == How::WithoutStub {
        text.push_str("  The stub has no part in it: the program names a loader of its own.\n");
    }
    if let Some(resolution) = &dynamic.resolution {
        text.push('\n');
        branches::write(text, resolution, &report.path);
        write_probes(text, resolution, &report.path);
        text.push('\n');
    }
}

fn write_probes(text: &mut String, resolution: &Resolution, program: &Path) {
    if resolution.probes.is_empty() {
        return;
    }
    text.push_str("\nmay be loaded later\n");
    for probe in &resolution.probes {
        let names = probe
            .candidates
            .iter()
            .map(|it| it.name.display().to_string());
        let names = names.collect::<Vec<_>>().join(" or ");
        let found = probe.candidates.iter().find_map(|it| it.path.as_ref());
        let found = match found {
            Some(path) => path.display().to_string(),
            None => format!("{BAD}not found{BAD:#}"),
        };
        let why = why(resolution, probe, program);
        _ = writeln!(text, "  {names:NAME_WIDTH$} {found} {QUIET}{why}{QUIET:#}");
    }
}

fn why(resolution: &Resolution, probe: &Probe, program: &Path) -> String {
    let Some(note) = &probe.note else {
        return "guess: a text in the program".into();
    };
    let of = name_of(resolution, probe.object, program);
    let feature = note
        .feature
        .as_ref()
        .map_or(String::new(), |it| format!(", for {it}"));
    let description = note
        .description
        .as_ref()
        .map_or(String::new(), |it| format!(": {it}"));
    format!("{} by {of}{feature}{description}", note.priority)
}

fn write_verdict(text: &mut String, report: &Report, providers: &Providers) {
    if report.starts() {
        let verdict = match &report.kind {
            Kind::Dynamic(dynamic) if dynamic.is_library => "would load",
            _ => "would start",
        };
        _ = writeln!(text, "{GOOD}{verdict}{GOOD:#}");
        return;
    }
    let verdict = match &report.kind {
        Kind::Dynamic(dynamic) if dynamic.is_library => "would not load",
        _ => "would not start",
    };
    _ = writeln!(text, "{BAD}{verdict}{BAD:#}");
    for problem in &report.problems {
        _ = writeln!(text, "  {}", problem_text(report, problem));
        if let Problem::Missing { name, .. } = problem {
            text.push_str(&providers.text(name, "    "));
        }
    }
    if let Kind::Dynamic(dynamic) = &report.kind
        && !report.missing().is_empty()
    {
        text.push_str(&providers.warning(dynamic.architecture));
    }
}

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
        Problem::NoInterpreter(path) => format!("{} is not there", path.display()),
        Problem::OfInterpreter => "the program that runs it would not start".into(),
        Problem::TooManyScripts => "its interpreters are scripts, one for the other".into(),
        Problem::Musl => "it is for musl, whose search is not explained".into(),
        Problem::NoLoader => "there is no loader of glibc that could be used".into(),
        Problem::Missing { name, needed_by } => {
            format!(
                "{} is missing (needed by {})",
                name.display(),
                names(needed_by)
            )
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
        Problem::MixedGlibc(versions) => {
            let versions: Vec<_> = versions.iter().map(|&it| version(it)).collect();
            format!(
                "parts of several versions of glibc come together: {}",
                versions.join(" and ")
            )
        }
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

fn version((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

/// The report about a directory tree: what would not start, and what is missing in all.
#[must_use]
pub fn tree(tree: &Tree, providers: &Providers) -> String {
    let mut text = String::new();
    let mut depend = 0;
    for report in tree.reports.iter().filter(|it| !it.starts()) {
        if !tree.is_bad(report) {
            depend += usize::from(!Tree::is_for_musl(report));
            continue;
        }
        _ = writeln!(text, "{NAME}{}{NAME:#}", report.path.display());
        for problem in &report.problems {
            _ = writeln!(text, "  {}", problem_text(report, problem));
        }
    }
    let missing = tree.missing();
    if !missing.is_empty() {
        _ = writeln!(text, "missing in all");
    }
    let mut is_elsewhere = false;
    for (name, count) in missing {
        let found = tree.find(name);
        let here = found.map_or(String::new(), |path| {
            let path = path.display();
            format!("; {path} will do, if the program loads it first")
        });
        let (shown, count) = (name.display().to_string(), files(count));
        _ = writeln!(text, "  {BAD}{shown:NAME_WIDTH$}{BAD:#} in {count}{here}");
        if found.is_none() {
            text.push_str(&providers.text(name, "    "));
            is_elsewhere = true;
        }
    }
    if is_elsewhere {
        text.push_str(&providers.excuse());
    }
    for (path, error) in &tree.unreadable {
        _ = writeln!(text, "{}: {error}", path.display());
    }
    let musl = tree.reports.iter().filter(|it| Tree::is_for_musl(it));
    match musl.count() {
        0 => {}
        count => {
            let count = files(count);
            _ = writeln!(text, "{count} for musl, whose search is not explained");
        }
    }
    let bad = tree.reports.iter().filter(|it| tree.is_bad(it)).count();
    let all = files(tree.reports.len());
    _ = match (bad, depend) {
        (0, 0) => writeln!(text, "{GOOD}{all}: all would start or load{GOOD:#}"),
        (0, _) => writeln!(
            text,
            "{GOOD}{all}: all would start or load{GOOD:#}, {depend} of them if the program loads others first"
        ),
        _ => writeln!(text, "{BAD}{bad} of {all} would not start or load{BAD:#}"),
    };
    text
}

fn files(count: usize) -> String {
    format!("{count} {}", if count == 1 { "file" } else { "files" })
}
