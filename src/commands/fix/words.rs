//! What is said of an interpreter and its modules.

use std::ffi::OsStr;

use super::case::Case;
use super::proof::Proven;
use super::text;
use crate::fix::Kind;
use crate::modules::Missing;
use crate::printable::Shown as _;
use crate::style::Mark;
use crate::{presets, printable};

/// More libraries than these are not listed.
const MOST: usize = 3;

pub(super) fn already(case: &Case) -> String {
    let (tree, entry) = (case.place.tree.shown(), case.place.entry());
    let count = case.modules.libraries.len();
    let entry = entry.shown();
    Mark::Fine.line(&format!(
        "{tree} is fixed already: {entry} has a pin for the {count} modules that are there"
    ))
}

/// What is wrong, and what is done about it.
pub(super) fn diagnosis(case: &Case, missing: &Missing) -> String {
    let tree = case.place.tree.shown();
    let original = case.original.path.shown();
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
        said += &Mark::Fine.line(&format!(
            "{all} modules, and none is missing a library that a package could have: there is nothing to do"
        ));
    } else {
        let names: Vec<_> = missing.needs.iter().map(|it| it.name.as_str()).collect();
        let count = missing.modules.len();
        let verb = if count == 1 { "is" } else { "are" };
        let names = names.join(", ");
        said += &Mark::Wrong.line(&format!("{count} of {all} modules {verb} missing {names}"));
        let entry = case.place.entry();
        let entry = entry
            .strip_prefix(&case.place.tree)
            .unwrap_or(&entry)
            .shown();
        said += &Mark::Known.line(&format!(
            "{entry} becomes a copy that starts through the stub, with a pin that has those libraries"
        ));
    }
    said += &text::of_modules(missing);
    let names = missing.needs.iter().map(|it| OsStr::new(&it.name));
    // What foreign programs have helps none of the store.
    let is_foreign = case.original.is_foreign();
    if let Some(advice) = presets::advice(names, false).filter(|_| is_foreign) {
        said += &Mark::Do.line(&advice);
    }
    for (name, files) in missing.brought.iter().take(MOST) {
        let files = files.join(", ");
        said += &Mark::Known.line(&format!(
            "{name}: taken to be loaded by its path, for the tree has one, before {files} asks for it"
        ));
    }
    said
}

/// That it is done, and how far that was proven.
pub(super) fn done(case: &Case, proven: &Proven) -> String {
    let tree = printable::shell_word(&case.place.tree);
    let mut text = Mark::Fine.line(&format!("fixed: {}", case.place.tree.shown()));
    let (asked, failed) = (proven.asked, proven.failed.len());
    if asked > 0 {
        let (mark, well) = match failed {
            0 => (Mark::Fine, "all of them".into()),
            _ => (
                Mark::Doubtful,
                format!("{} of those {asked}", asked - failed),
            ),
        };
        text += &mark.line(&format!(
            "{well} find their libraries now, as the real loader confirms"
        ));
    }
    for line in &proven.failed {
        text += &Mark::Wrong.line(line);
    }
    if proven.not_asked > 0 {
        text += &Mark::Doubtful.line(&format!(
            "{} with a space or a colon in the path: the real loader could not be asked",
            proven.not_asked
        ));
    }
    if case.place.kind == Kind::Node {
        text += &Mark::Do.line(&format!(
            "npm and npx start it; elsewhere: PATH={}:$PATH",
            printable::shell_word(&case.place.tree.join(".bin"))
        ));
    }
    text + &Mark::Do.line(&format!("to undo this: ldshim unfix {tree}"))
}
