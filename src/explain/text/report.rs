//! The report about one file.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::branches::{self, name_of};
use super::problem::{advice, problem_text, version};
use super::searches;
use crate::elf::Class;
use crate::explain::{Dynamic, How, Kind, Problem, Providers, Report};
use crate::launcher::Launch;
use crate::presets;
use crate::printable::{self, Shown as _};
use crate::resolver::{Probe, Resolution};
use crate::style::{BAD, DOUBTFUL, GOOD, INDENT, Mark, NAME, NAME_WIDTH, QUIET};

/// The report about one file: whether it would start, what is wrong and what to do, then what was found.
#[must_use]
pub fn report(report: &Report, providers: &Providers) -> String {
    let mut text = String::new();
    write_report(&mut text, report, providers);
    text
}

fn write_report(text: &mut String, report: &Report, providers: &Providers) {
    _ = writeln!(
        text,
        "{NAME}{}{NAME:#}: {}",
        report.path.shown(),
        kind(&report.kind)
    );
    write_verdict(text, report, providers);
    if let Some(launch) = &report.launch {
        write_launch(text, launch);
    }
    if let Some(rule) = &report.rule {
        let (name, path) = (&rule.name, rule.interpreter.shown());
        *text += &Mark::Known.line(&format!(
            "The kernel gives it to {path}, as the rule {name} of binfmt_misc says."
        ));
    }
    if let Some(payload) = &report.payload {
        let by = payload
            .made_by
            .map_or(String::new(), |by| format!(" ({by})"));
        let place = match &payload.section {
            Some(name) => format!("in its section {}", printable::line(name)),
            None => "behind the program".into(),
        };
        *text += &Mark::Known.line(&format!(
            "carries a payload{by}: {} bytes {place}; what is in it is not looked at",
            payload.bytes
        ));
        if let Some(hint) = payload.hint {
            *text += &Mark::Do.line(hint);
        }
    }
    match &report.kind {
        Kind::Dynamic(dynamic) => write_dynamic(text, report, dynamic),
        Kind::Script(_, reports) => {
            for nested in reports {
                text.push('\n');
                write_report(text, nested, providers);
            }
        }
        _ => {}
    }
}

/// What a script starts: it is explained by itself, with what the script sets for it.
fn write_launch(text: &mut String, launch: &Launch) {
    for program in &launch.programs {
        let sets = match launch.library_path.is_empty() {
            true => "",
            false => ", with LD_LIBRARY_PATH set",
        };
        *text += &Mark::Known.line(&format!(
            "It starts {}{sets}, which was not looked at.",
            program.shown()
        ));
        *text += &Mark::Do.line(&format!(
            "To see whether that would start: ldshim explain {}",
            printable::shell_word(program)
        ));
    }
    for absent in &launch.absent {
        *text += &Mark::Known.line(&format!("{absent}, which it starts, is not there."));
    }
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
        Kind::Script(interpreter, _) => {
            printable::line(&format!("script for {}", interpreter.shown()))
        }
        Kind::Unknown(what) => what.clone(),
    }
}

fn write_dynamic(text: &mut String, report: &Report, dynamic: &Dynamic) {
    let plan = &dynamic.plan;
    text.push('\n');
    for refused in plan.pin_not_used.iter().chain(&plan.refused) {
        let path = refused.choice.path.shown();
        let (from, reason) = (refused.choice.from, &refused.reason);
        _ = writeln!(
            text,
            "  {DOUBTFUL}not used{DOUBTFUL:#}   {path} (from {from}): {reason}"
        );
    }
    if let Some(loader) = &plan.loader {
        let version = dynamic
            .glibc
            .map_or(String::new(), |it| format!("glibc {}, ", version(it)));
        let path = loader.path.shown();
        _ = writeln!(text, "  loader     {path} ({version}from {})", loader.from);
    }
    if let Some(libraries) = &plan.libraries {
        let how = match plan.how {
            How::Cache => "by the loader's cache",
            How::Environment => "by the loader's LD_LIBRARY_PATH",
            _ => "not used: the program has more rights than its caller",
        };
        let path = libraries.path.shown();
        _ = writeln!(text, "  libraries  {path} (from {}, {how})", libraries.from);
    }
    if plan.how == How::WithoutStub {
        text.push_str(
            "  The stub has no part in it: what the program names is a loader of its own.\n",
        );
    }
    if let Some(resolution) = &dynamic.resolution {
        text.push('\n');
        branches::write(text, resolution, &report.path);
        write_probes(text, resolution, &report.path);
        searches::write(text, resolution, &report.path);
    }
}

fn write_probes(text: &mut String, resolution: &Resolution, program: &Path) {
    if resolution.probes.is_empty() {
        return;
    }
    text.push_str("\nmay be loaded later\n");
    for probe in &resolution.probes {
        let names = probe.candidates.iter().map(|it| it.name.shown());
        let names = names.collect::<Vec<_>>().join(" or ");
        let usable = probe.candidates.iter().find(|it| it.is_usable());
        let found = usable.or(probe.candidates.iter().find(|it| it.path.is_some()));
        let found = match found.map(|it| (&it.path, &it.trouble)) {
            Some((Some(path), None)) => path.shown(),
            Some((Some(path), Some(trouble))) => {
                let path = path.shown();
                format!("{path} {DOUBTFUL}cannot be loaded: {trouble}{DOUBTFUL:#}")
            }
            _ => format!("{DOUBTFUL}not found{DOUBTFUL:#}"),
        };
        let why = why(resolution, probe, program);
        _ = writeln!(text, "  {names:NAME_WIDTH$} {found} {QUIET}{why}{QUIET:#}");
    }
}

fn why(resolution: &Resolution, probe: &Probe, program: &Path) -> String {
    let of = name_of(resolution, probe.object, program);
    let Some(note) = &probe.note else {
        return format!("guess: a text in {of}");
    };
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
    let verb = match &report.kind {
        Kind::Dynamic(dynamic) if dynamic.is_library => "load",
        _ => "start",
    };
    let mark = match report.starts_for_sure() {
        None => {
            _ = writeln!(
                text,
                "{DOUBTFUL}whether it would {verb} cannot be told{DOUBTFUL:#}"
            );
            Mark::Doubtful
        }
        _ => {
            _ = writeln!(text, "{BAD}would not {verb}{BAD:#}");
            Mark::Wrong
        }
    };
    for problem in &report.problems {
        *text += &mark.line(&problem_text(report, problem));
        if let Problem::Missing { name, .. } = problem {
            *text += &providers.text(name, INDENT);
        }
        if let Some(advice) = advice(report, problem) {
            *text += &Mark::Do.line(&advice);
        }
    }
    let lacks_version = |it: &Problem| matches!(it, Problem::Version(_));
    if let Kind::Dynamic(dynamic) = &report.kind
        && (!report.missing().is_empty() || report.problems.iter().any(lacks_version))
    {
        text.push_str(&providers.warning(dynamic.architecture));
        let is_32_bit = dynamic.architecture.class == Class::Bits32;
        if let Some(advice) = presets::advice(report.missing(), is_32_bit) {
            *text += &Mark::Do.line(&advice);
        }
        write_next_step(text, report, dynamic, providers);
    }
}

/// What gives a program the libraries that it misses.
fn write_next_step(text: &mut String, report: &Report, dynamic: &Dynamic, providers: &Providers) {
    text.push_str(&providers.excuse());
    // What the stub has no part in has no pin; and a pin does not help where a library is asked for by a path.
    let can_help = |problem: &Problem| match problem {
        Problem::Missing { name, .. } => !name.as_bytes().contains(&b'/'),
        Problem::Version(_) => true,
        _ => false,
    };
    let is_pinnable = dynamic.plan.how != How::WithoutStub && dynamic.plan.loader.is_some();
    if !dynamic.is_library && is_pinnable && report.problems.iter().any(can_help) {
        let program = printable::shell_word(&report.path);
        *text += &Mark::Do.line(&format!(
            "To give it packages that have what is missing: ldshim pin {program}"
        ));
    }
}
