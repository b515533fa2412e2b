//! Findings for people. Colours are in the text; whoever prints it takes them out where it is no terminal that they are
//! for.

use std::ffi::OsStr;
use std::fmt::Write as _;

use super::{Certainty, Diagnosis, Finding, Group, Level};
use crate::style::{BAD, DOUBTFUL, GOOD, NAME, QUIET};
use crate::{presets, printable};

/// Where the sentences of a finding begin.
const INDENT: &str = "           ";

/// How many findings are bad, and all of them, the worst first: the groups by the worst that they have.
#[must_use]
pub fn groups(groups: &[Group]) -> String {
    let count = |level| {
        let findings = groups.iter().flat_map(|it| &it.findings);
        findings.filter(|it| it.level == level).count()
    };
    let problems = counted(count(Level::Problem), "problem");
    let warnings = counted(count(Level::Warning), "warning");
    let style = match (count(Level::Problem), count(Level::Warning)) {
        (0, 0) => GOOD,
        (0, _) => DOUBTFUL,
        _ => BAD,
    };
    let mut text = format!("{style}{problems}, {warnings}{style:#}\n");
    let groups = groups.iter().filter(|it| !it.findings.is_empty());
    let mut groups: Vec<_> = groups.collect();
    groups.sort_by_key(|group| group.findings.iter().map(|it| rank(it.level)).min());
    for group in groups {
        _ = writeln!(text, "{NAME}{}{NAME:#}", group.name);
        let mut findings: Vec<_> = group.findings.iter().collect();
        findings.sort_by_key(|it| rank(it.level));
        for finding in findings {
            write_finding(&mut text, finding);
        }
    }
    text
}

/// What is wrong comes first. What is fine and what is only to be known stay in the order in which they were found.
fn rank(level: Level) -> u8 {
    match level {
        Level::Problem => 0,
        Level::Warning => 1,
        Level::Info | Level::Ok => 2,
    }
}

fn write_finding(text: &mut String, finding: &Finding) {
    let style = match finding.level {
        Level::Ok => GOOD,
        Level::Info => QUIET,
        Level::Warning => DOUBTFUL,
        Level::Problem => BAD,
    };
    let level = finding.level.name();
    let seen = printable::line(&finding.seen);
    _ = writeln!(text, "  {style}{level:8}{style:#} {seen}");
    if let Some(advice) = &finding.advice {
        for line in advice.lines() {
            _ = writeln!(text, "{INDENT}{QUIET}{}{QUIET:#}", printable::line(line));
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// What messages mean.
#[must_use]
pub fn diagnoses(diagnoses: &[Diagnosis]) -> String {
    let mut text = String::new();
    for (number, diagnosis) in diagnoses.iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        _ = writeln!(text, "{BAD}{}{BAD:#}", diagnosis.line);
        let likely = match diagnosis.certainty {
            Certainty::Sure => "",
            Certainty::Likely => "Probably: ",
        };
        _ = writeln!(
            text,
            "  {NAME}why{NAME:#}  {likely}{}",
            diagnosis.trap.cause
        );
        _ = writeln!(text, "  {NAME}do{NAME:#}   {}", diagnosis.advice());
        let threads = diagnosis.trap.threads.join(", ");
        if !threads.is_empty() {
            _ = writeln!(text, "  {QUIET}see  {threads}{QUIET:#}");
        }
    }
    // Some messages' own advice is a preset.
    let without = diagnoses
        .iter()
        .filter(|it| !it.advice().contains("programs.nix-ld.presets"));
    let names = without.flat_map(|it| &it.names);
    let libraries = names.filter(|(kind, _)| kind == "library");
    let libraries = libraries.map(|(_, name)| OsStr::new(name));
    if let Some(advice) = presets::advice(libraries, false) {
        _ = writeln!(text, "\n{advice}");
    }
    text
}
