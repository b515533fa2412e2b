//! Whether pins hold, and whether the stub trusts them.

use std::fs;
use std::os::unix::fs::MetadataExt;

use loader_stub::pin::{Refusal, is_trusted};
use nix::unistd::geteuid;

use super::finding::Finding;
use crate::pin::{Condition, Content, Entry, Mark, State, all};

/// Looks at the pins of the user and of the system.
pub(super) fn check() -> Vec<Finding> {
    let mut findings = Vec::new();
    let of_user = State::of_user().ok();
    for (state, secure) in of_user
        .map(|it| (it, false))
        .into_iter()
        .chain([(State::of_system(), true)])
    {
        match all(&state) {
            Ok(entries) => findings.extend(of_entries(&entries, secure)),
            Err(error) => findings.push(Finding::warning(
                "pins-unreadable",
                format!("{error:#}"),
                "",
            )),
        }
    }
    findings
}

fn of_entries(entries: &[Entry], secure: bool) -> Vec<Finding> {
    let mut holding = 0;
    let mut findings = Vec::new();
    for entry in entries {
        match of_entry(entry, secure) {
            Some(finding) => findings.push(finding),
            None => holding += usize::from(matches!(entry.content, Content::Pin(_))),
        }
    }
    let whose = if secure { "the system's pins" } else { "pins" };
    if holding > 0 {
        findings.insert(
            0,
            Finding::ok("pins", format!("{whose} that hold: {holding}")),
        );
    }
    findings
}

/// What is wrong with a pin.
fn of_entry(entry: &Entry, secure: bool) -> Option<Finding> {
    let place = entry.path.display();
    let program = match &entry.content {
        Content::Pin(pin) => pin.program.as_str(),
        Content::Mark(Mark::Failed) => {
            return Some(Finding::info(
                "pin-failed",
                format!(
                    "{place}: a pin could not be made when its program was started, and is not tried again"
                ),
                &format!(
                    "`ldshim unpin {}` lets the next start try again; `ldshim pin PROGRAM` says why.",
                    entry.identity
                ),
            ));
        }
        Content::Mark(_) => return None,
        Content::Damaged(what) => {
            return Some(Finding::warning(
                "pin-damaged",
                format!("the pin {place} cannot be read: {what}"),
                &format!(
                    "`ldshim unpin {}`, then `ldshim pin` the program again.",
                    entry.identity
                ),
            ));
        }
    };
    let is_safe = fs::symlink_metadata(&entry.path)
        .is_ok_and(|it| is_trusted(it.uid(), it.mode(), geteuid().as_raw(), secure));
    if !is_safe {
        return Some(Finding::warning(
            "pin-not-trusted",
            format!(
                "the pin {place} of {program} is not used: {}",
                String::from_utf8_lossy(Refusal::NotTrusted.as_bytes())
            ),
            &format!("`chmod go-w {place}` and chown, if you trust what is in it; else remove it."),
        ));
    }
    match entry.condition() {
        Condition::PathsGone => Some(Finding::warning(
            "pin-paths-gone",
            format!("the pin of {program} is not used: its store paths are gone"),
            &format!(
                "`ldshim pin {program}` again, or `ldshim unpin {}`.",
                entry.identity
            ),
        )),
        Condition::NotKept => Some(Finding::warning(
            "pin-not-kept",
            format!("the pin of {program} holds, but nothing keeps its store paths"),
            match secure {
                true => "`ldshim pins --verify --system` keeps them again.",
                false => "`ldshim pins --verify` keeps them again.",
            },
        )),
        // What to do about that, the check of fixed trees tells.
        Condition::ProgramChanged | Condition::ProgramGone if is_fixed(entry) => None,
        Condition::ProgramChanged => Some(Finding::info(
            "pin-of-an-older-program",
            format!(
                "{program} is pinned as it was before it was replaced; as it is now, it has no pin"
            ),
            &format!("`ldshim pin {program}` again, and `ldshim pins --prune` for the old one."),
        )),
        Condition::ProgramGone => Some(Finding::info(
            "pin-of-no-program",
            format!("{program} is pinned, and there is no such program any more"),
            "`ldshim pins --prune` removes such pins.",
        )),
        Condition::Holds if entry.is_older() => Some(Finding::info(
            "pin-older",
            format!("the pin of {program} holds, but was made with an older library environment"),
            match secure {
                true => {
                    "`ldshim pin --system PROGRAM` takes the new one, `ldshim pins --refresh --system` for all."
                }
                false => "`ldshim pin PROGRAM` takes the new one, `ldshim pins --refresh` for all.",
            },
        )),
        Condition::Holds | Condition::Marked(_) | Condition::Damaged => None,
    }
}

/// Whether it is the pin of a copy that `ldshim fix` has made.
fn is_fixed(entry: &Entry) -> bool {
    matches!(&entry.content, Content::Pin(pin) if pin.tree.is_some())
}
