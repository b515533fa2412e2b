//! What is said of an interpreter and its modules.

use std::ffi::OsStr;
use std::fmt::Write as _;

use super::case::Case;
use super::proof::Proven;
use super::text;
use crate::drivers::WHERE_FROM;
use crate::fix::Kind;
use crate::modules::Missing;
use crate::{presets, printable};

/// More libraries than these are not listed.
const MOST: usize = 3;

pub(super) fn already(case: &Case) -> String {
    let (tree, entry) = (case.place.tree.display(), case.place.entry());
    let count = case.modules.libraries.len();
    let entry = entry.display();
    format!("{tree} is fixed already: {entry} has a pin for the {count} modules that are there\n")
}

/// What is wrong, and what is done about it.
pub(super) fn diagnosis(case: &Case, missing: &Missing) -> String {
    let tree = case.place.tree.display();
    let original = case.original.path.display();
    let what = match case.place.kind {
        Kind::Venv => "a virtual environment of",
        Kind::Node => "packages for",
        Kind::Given => "modules for",
    };
    let mut said = format!("{tree}: {what} {original}");
    said += match case.original.is_foreign() {
        true => ", a foreign program\n",
        false => ", which finds no libraries but its own\n",
    };
    let all = case.modules.libraries.len();
    if missing.needs.is_empty() {
        _ = writeln!(
            said,
            "  {all} modules, and none is missing a library that a package could have: there is nothing to do"
        );
    } else {
        let names: Vec<_> = missing.needs.iter().map(|it| it.name.as_str()).collect();
        let count = missing.modules.len();
        let verb = if count == 1 { "is" } else { "are" };
        let names = names.join(", ");
        _ = writeln!(said, "  {count} of {all} modules {verb} missing {names}");
        let entry = case.place.entry();
        let entry = entry
            .strip_prefix(&case.place.tree)
            .unwrap_or(&entry)
            .display();
        _ = writeln!(
            said,
            "  {entry} becomes a copy that starts through the stub, with a pin that has those libraries"
        );
    }
    said += &text::of_modules(missing);
    let names = missing.needs.iter().map(|it| OsStr::new(&it.name));
    // What foreign programs have helps none of the store.
    let is_foreign = case.original.is_foreign();
    if let Some(advice) = presets::advice(names, false).filter(|_| is_foreign) {
        _ = writeln!(said, "  {advice}");
    }
    if !missing.of_drivers.is_empty() {
        _ = writeln!(said, "  {WHERE_FROM}");
    }
    for (name, files) in missing.brought.iter().take(MOST) {
        let files = files.join(", ");
        _ = writeln!(
            said,
            "{name}: taken to be loaded by its path, for the tree has one, before {files} asks for it"
        );
    }
    said
}

/// That it is done, and how far that was proven.
pub(super) fn done(case: &Case, proven: &Proven) -> String {
    let tree = printable::shell_word(&case.place.tree);
    let mut text = format!("fixed: {}\n", case.place.tree.display());
    let (asked, failed) = (proven.asked, proven.failed.len());
    if asked > 0 {
        let well = match failed {
            0 => "all of them".into(),
            _ => format!("{} of those {asked}", asked - failed),
        };
        _ = writeln!(
            text,
            "  {well} find their libraries now, as the real loader confirms"
        );
    }
    for line in &proven.failed {
        _ = writeln!(text, "  {line}");
    }
    if proven.not_asked > 0 {
        _ = writeln!(
            text,
            "  {} with a space or a colon in the path: the real loader could not be asked",
            proven.not_asked
        );
    }
    if case.place.kind == Kind::Node {
        _ = writeln!(
            text,
            "  npm and npx start it; elsewhere: PATH={}:$PATH",
            printable::shell_word(&case.place.tree.join(".bin"))
        );
    }
    _ = writeln!(text, "  to undo this: ldshim unfix {tree}");
    text
}
