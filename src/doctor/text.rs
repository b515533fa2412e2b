//! Findings for people. Colours are in the text; whoever prints it takes them out where it is no terminal that they are
//! for.

use std::ffi::OsStr;
use std::fmt::Write as _;

use super::{Certainty, Diagnosis, Finding, Group, Level};
use crate::style::{BAD, DOUBTFUL, GOOD, Mark, NAME};
use crate::{presets, printable};

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
    let seen = printable::line(&finding.seen);
    *text += &finding.level.mark().line(&seen);
    if let Some(advice) = &finding.advice {
        *text += &Mark::Do.line(advice);
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
        text += &Mark::Why.line(&format!("{likely}{}", diagnosis.trap.cause));
        text += &Mark::Do.line(&diagnosis.advice());
        let threads = diagnosis.trap.threads.join(", ");
        if !threads.is_empty() {
            text += &Mark::Known.line(&format!("see {threads}"));
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
        text.push('\n');
        text += &Mark::Do.line(&advice);
    }
    text
}
