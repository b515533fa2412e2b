//! What is said about choices and pins.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::target::Target;
use crate::choice::{Choice, Choices, Need, Selection};
use crate::drivers::{NEVER_FROM_A_PACKAGE, WHERE_FROM};
use crate::elf::{Architecture, Class};
use crate::explain::text::problem_text;
use crate::explain::{Kind, Report};
use crate::modules::Missing;
use crate::pin::Written;
use crate::presets;
use crate::printable::{self, Shown as _};
use crate::style::{INDENT, Mark, QUIET};

/// More alternatives than these are not listed.
const MOST_LISTED: usize = 8;

/// Said where the packages are not here, and nothing may be changed.
pub(in crate::commands) fn more_later() -> String {
    Mark::Known.line("What these libraries need themselves is looked for once they are here.")
}

/// That there is nothing to do.
pub(super) fn nothing_missing(target: &Target, has_pin: bool) -> String {
    let (name, program) = (target.name(), printable::shell_word(&target.path));
    let text = match has_pin {
        true => {
            Mark::Fine.line(&format!(
                "Without its pin, too, {name} finds all of its libraries"
            )) + &Mark::Do.line(&format!("To remove the pin: ldshim unpin {program}"))
        }
        false => Mark::Fine.line(&format!(
            "{name} finds all of its libraries, so there is nothing to pin"
        )),
    };
    let force = format!("To pin the libraries of today: ldshim pin --force {program}");
    text + &Mark::Do.line(&force)
}

/// The choices, with their reasons, as a terminal may get them.
pub(in crate::commands) fn choices(program: &str, choices: &Choices, round: usize) -> String {
    let mut text = String::new();
    let also = if round > 0 { " then" } else { "" };
    for choice in choices.iter() {
        let need = &choice.need;
        let state = match (need.lacking.is_empty(), need.needed_by.is_empty()) {
            (false, _) => format!("lacks {}{also}", need.lacking.join(", ")),
            (true, true) => format!("wanted for {program}"),
            (true, false) => format!("missing{also}"),
        };
        let mark = match state.starts_with("wanted") {
            true => Mark::Known,
            false => Mark::Wrong,
        };
        let by = need.by();
        text += &mark.line(&printable::line(&format!("{}: {state}{by}", need.name)));
        let candidate = printable::line(&choice.candidate.to_string());
        _ = writeln!(text, "{INDENT}from {candidate}");
        let others = match (choice.others.len(), choice.is_clear) {
            (0, _) => String::new(),
            (count, _) => format!("; {count} other{} found", if count == 1 { "" } else { "s" }),
        };
        let reason = printable::line(&choice.reason.to_string());
        _ = writeln!(text, "{INDENT}{QUIET}because: {reason}{others}{QUIET:#}");
        if choices.glibc.as_ref() == Some(choice) {
            _ = writeln!(text, "{INDENT}with its loader: one process has one glibc");
        }
    }
    text
}

/// That a library comes with the system.
pub(super) fn of_driver(need: &Need) -> String {
    let name = printable::line(&need.name);
    Mark::Doubtful.line(&format!(
        "{name}: missing, and not pinned: {NEVER_FROM_A_PACKAGE}"
    )) + &Mark::Do.line(WHERE_FROM)
}

/// What is missing, in one line.
pub(in crate::commands) fn missing(program: &str, needs: &[Need]) -> String {
    let names = needs.iter().map(|need| match need.lacking.is_empty() {
        true => need.name.clone(),
        false => format!("{} with {}", need.name, need.lacking.join(", ")),
    });
    format!(
        "{program} is missing {}",
        names.collect::<Vec<_>>().join(", ")
    )
}

/// The preset of the module that would do, as a line; nothing if there is none.
///
/// # Errors
/// The target is no program.
pub(in crate::commands) fn preset(target: &Target, needs: &[Need]) -> Result<String> {
    let is_32_bit = target.architecture()?.class == Class::Bits32;
    let names = needs.iter().map(|it| OsStr::new(&it.name));
    let advice = presets::advice(names, is_32_bit).map(|it| Mark::Do.line(&it));
    Ok(advice.unwrap_or_default())
}

/// What went wrong; and if the index is of no use for programs of this architecture, that.
pub(super) fn cannot_choose(
    program: &str,
    architecture: &Architecture,
    is_indexed: bool,
) -> String {
    let hint = match is_indexed {
        true => String::new(),
        false => {
            format!(", a program for {architecture}, of whose packages the index says nothing")
        }
    };
    format!("cannot choose packages for {program}{hint}")
}

/// A command that was typed, to be typed again with another option.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Again {
    /// `ldshim`, its subcommand, and what was decided so far.
    pub(in crate::commands) command: String,
    /// What it is about.
    pub(in crate::commands) path: PathBuf,
}

impl Again {
    pub(in crate::commands) fn new(command: &str, path: &Path) -> Self {
        Self {
            command: command.to_owned(),
            path: path.to_owned(),
        }
    }

    /// The same with what was selected.
    pub(in crate::commands) fn selecting(mut self, selections: &[Selection]) -> Self {
        for it in selections {
            let word = printable::shell_word(&format!("{}={}", it.name, it.package));
            _ = write!(self.command, " --select {word}");
        }
        self
    }

    fn with(&self, option: &str) -> String {
        let path = printable::shell_word(&self.path);
        format!("{} {option} {path}", self.command)
    }
}

/// That somebody has to decide, and what there is.
pub(in crate::commands) fn unclear(choices: &Choices, again: &Again) -> String {
    let mut text = String::from(
        "several packages fit equally well, and there is no terminal to ask on; choose with --select, or take the first ones with --yes",
    );
    for choice in choices.iter().filter(|it| !it.is_clear) {
        write_alternatives(&mut text, choice, again);
    }
    text
}

fn write_alternatives(text: &mut String, choice: &Choice, again: &Again) {
    let alternatives = choice.alternatives();
    for candidate in alternatives.iter().take(MOST_LISTED) {
        let word = printable::shell_word(&format!("{}={}", choice.need.name, candidate.name()));
        _ = write!(text, "\n  {}", again.with(&format!("--select {word}")));
    }
    if alternatives.len() > MOST_LISTED {
        let rest = alternatives.len() - MOST_LISTED;
        let name = printable::shell_word(&choice.need.name);
        _ = write!(text, "\n  and {rest} more; see: ldshim locate {name}");
    }
}

/// Why the program would still not start.
pub(in crate::commands) fn still_wrong(target: &Target, report: &Report) -> String {
    let mut text = format!("{} would still not start:", target.name());
    for problem in &report.problems {
        _ = write!(text, "\n  {}", problem_text(report, problem));
    }
    text
}

/// The libraries that the program says it loads later, if it finds them.
pub(super) fn may_load(target: &Target, report: &Report) -> String {
    let mut text = String::new();
    let Kind::Dynamic(dynamic) = &report.kind else {
        return text;
    };
    let probes = dynamic.resolution.iter().flat_map(|it| &it.probes);
    for probe in probes {
        let is_found = probe.candidates.iter().any(|it| it.path.is_some());
        let (Some(note), Some(first), false) = (&probe.note, probe.candidates.first(), is_found)
        else {
            continue;
        };
        let name = first.name.shown();
        let (priority, program) = (&note.priority, printable::shell_word(&target.path));
        let choice = printable::shell_word(&format!("{name}=ATTR"));
        text += &Mark::Known.line(&format!(
            "{name}: may be loaded later ({priority}), and is not there; to have it: ldshim pin --select {choice} {program}"
        ));
    }
    text
}

/// What of the modules' needs no pin can help with.
pub(in crate::commands) fn of_modules(missing: &Missing) -> String {
    let mut text = String::new();
    if !missing.of_drivers.is_empty() {
        let names = missing.of_drivers.join(", ");
        text += &Mark::Doubtful.line(&format!(
            "{names}: of the graphics driver, which comes with the system and not from a package"
        ));
        text += &Mark::Do.line(WHERE_FROM);
    }
    for (module, why) in &missing.hopeless {
        text += &Mark::Wrong.line(&format!("{}: {why}", module.shown()));
    }
    text
}

/// That it is done.
pub(in crate::commands) fn written(
    target: &Target,
    written: &Written,
    lock: Option<&Path>,
) -> String {
    let path = target.path.shown();
    let verb = if written.replaced {
        "pinned anew"
    } else {
        "pinned"
    };
    let mut done = format!("{verb}: {path}\n{}", written.directory.shown());
    if let Some(lock) = lock {
        _ = write!(done, "\nlock: {}", lock.shown());
    }
    let word = printable::shell_word(&target.path);
    let how = match target.starts_by_itself() {
        true => "however it is started".to_owned(),
        // As on NixOS where nothing is set up.
        false => {
            format!("by `ldshim run {word}`, for there is no stub where it looks for its loader")
        }
    };
    _ = write!(done, "\nIt has these libraries from now on, {how}.");
    Mark::Fine.line(&done) + &Mark::Do.line(&format!("To undo this: ldshim unpin {word}"))
}

/// The same in one line, for who has only wanted to start it.
pub(in crate::commands) fn pinned(target: &Target) -> String {
    let word = printable::shell_word(&target.path);
    let what = match target.starts_by_itself() {
        true => "it".to_owned(),
        false => format!("`ldshim {word}`"),
    };
    Mark::Fine.line(&format!(
        "pinned: {what} starts at once from now on; to undo this: ldshim unpin {word}"
    ))
}
