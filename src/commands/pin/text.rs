//! What is said about choices and pins.

use std::fmt::Write as _;
use std::path::Path;

use super::target::Target;
use crate::choice::{Choice, Choices, Need};
use crate::drivers::{NEVER_FROM_A_PACKAGE, WHERE_FROM};
use crate::elf::Architecture;
use crate::explain::text::problem_text;
use crate::explain::{Kind, Report};
use crate::modules::Missing;
use crate::pin::Written;
use crate::printable;
use crate::style::{BAD, NAME, QUIET};

/// More alternatives than these are not listed.
const MOST_LISTED: usize = 8;

/// Said where the packages are not here, and nothing may be changed.
pub(in crate::commands) const MORE_LATER: &str =
    "What these libraries need themselves is looked for once they are here.\n";

/// That there is nothing to do.
pub(super) fn nothing_missing(program: &str, has_pin: bool) -> String {
    let pin = match has_pin {
        true => format!(
            "Without its pin, too, {program} finds all of its libraries: `ldshim unpin` removes the pin"
        ),
        false => format!("{program} finds all of its libraries, so there is nothing to pin"),
    };
    pin + "; --force pins the libraries of today\n"
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
        let by = need.by();
        let [name, state, by] = [&need.name, &state, &by].map(|it| printable::line(it));
        let candidate = printable::line(&choice.candidate.to_string());
        _ = writeln!(text, "{NAME}{name}{NAME:#}: {BAD}{state}{BAD:#}{by}");
        _ = writeln!(text, "  from {candidate}");
        let others = match (choice.others.len(), choice.is_clear) {
            (0, _) => String::new(),
            (count, _) => format!("; {count} other{} found", if count == 1 { "" } else { "s" }),
        };
        let reason = printable::line(&choice.reason.to_string());
        _ = writeln!(text, "  {QUIET}because: {reason}{others}{QUIET:#}");
        if choices.glibc.as_ref() == Some(choice) {
            text.push_str("  with its loader: one process has one glibc\n");
        }
    }
    text
}

/// That a library comes with the system.
pub(super) fn of_driver(need: &Need) -> String {
    format!(
        "{}: missing, and not pinned: {NEVER_FROM_A_PACKAGE}\n  {WHERE_FROM}\n",
        need.name
    )
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

/// That somebody has to decide, and what there is.
pub(in crate::commands) fn unclear(choices: &Choices) -> String {
    let mut text = String::from(
        "several packages fit equally well, and there is no terminal to ask on; choose with --select, or take the first ones with --yes",
    );
    for choice in choices.iter().filter(|it| !it.is_clear) {
        write_alternatives(&mut text, choice);
    }
    text
}

fn write_alternatives(text: &mut String, choice: &Choice) {
    let alternatives = choice.alternatives();
    for candidate in alternatives.iter().take(MOST_LISTED) {
        _ = write!(
            text,
            "\n  --select {}={}",
            choice.need.name,
            candidate.name()
        );
    }
    if alternatives.len() > MOST_LISTED {
        let rest = alternatives.len() - MOST_LISTED;
        let name = &choice.need.name;
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
pub(super) fn may_load(report: &Report) -> String {
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
        let name = first.name.display();
        let priority = &note.priority;
        _ = writeln!(
            text,
            "{name}: may be loaded later ({priority}), and is not there; to have it: --select {name}=ATTR"
        );
    }
    text
}

/// What of the modules' needs no pin can help with.
pub(in crate::commands) fn of_modules(missing: &Missing) -> String {
    let mut text = String::new();
    if !missing.of_drivers.is_empty() {
        let names = missing.of_drivers.join(", ");
        _ = writeln!(
            text,
            "{names}: of the graphics driver, which comes with the system and not from a package"
        );
    }
    for (module, why) in &missing.hopeless {
        _ = writeln!(text, "{}: {why}", module.display());
    }
    text
}

/// That it is done.
pub(in crate::commands) fn written(
    target: &Target,
    written: &Written,
    lock: Option<&Path>,
) -> String {
    let path = target.path.display();
    let verb = if written.replaced {
        "pinned anew"
    } else {
        "pinned"
    };
    let mut text = format!("{verb}: {path}\n  {}\n", written.directory.display());
    if let Some(lock) = lock {
        _ = writeln!(text, "  lock: {}", lock.display());
    }
    let word = printable::shell_word(&target.path);
    let how = match target.starts_by_itself() {
        true => "however it is started".to_owned(),
        // As on NixOS where nothing is set up.
        false => {
            format!("by `ldshim run {word}`, for there is no stub where it looks for its loader")
        }
    };
    _ = writeln!(
        text,
        "It has these libraries from now on, {how}. To undo this: ldshim unpin {word}"
    );
    text
}

/// The same in one line, for who has only wanted to start it.
pub(in crate::commands) fn pinned(target: &Target) -> String {
    let word = printable::shell_word(&target.path);
    let what = match target.starts_by_itself() {
        true => "it".to_owned(),
        false => format!("`ldshim {word}`"),
    };
    format!("pinned: {what} starts at once from now on; to undo this: ldshim unpin {word}\n")
}
