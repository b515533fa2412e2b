//! Whether the trees that `ldshim fix` has changed are still as it left them.

use std::path::{Path, PathBuf};

use super::finding::Finding;
use crate::fix::{Change, Record, change, tree_of};
use crate::pin::{Content, State, all};
use crate::printable;

/// Looks at the trees of the user's pins.
pub(super) fn check() -> Vec<Finding> {
    let Ok(state) = State::of_user() else {
        return Vec::new();
    };
    // What cannot be read, the check of pins tells.
    let entries = all(&state).unwrap_or_default();
    let trees = entries.iter().filter_map(|it| match &it.content {
        Content::Pin(pin) => tree_of(Path::new(&pin.program)),
        _ => None,
    });
    let mut trees: Vec<PathBuf> = trees.collect();
    trees.sort();
    trees.dedup();
    trees.iter().map(|it| of_tree(it)).collect()
}

fn of_tree(tree: &Path) -> Finding {
    let name = tree.display();
    let again = format!("`ldshim fix {}` again.", printable::shell_word(tree));
    let change = Record::read(tree).and_then(|it| match it {
        Some(record) => change(tree, &record),
        None => Ok(Change::None),
    });
    match change {
        Ok(Change::None) => Finding::ok("fix", format!("{name} is fixed")),
        Ok(Change::Replaced(path)) => Finding::warning(
            "fix-replaced",
            format!(
                "{name} was fixed, and {} was replaced since",
                path.display()
            ),
            &again,
        ),
        Ok(Change::Modules) => Finding::warning(
            "fix-of-older-modules",
            format!("{name} was fixed before its modules changed; what is new may miss libraries"),
            &again,
        ),
        Err(error) => Finding::warning("fix-unreadable", format!("{error:#}"), &again),
    }
}
