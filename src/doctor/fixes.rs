//! Whether the trees that `ldshim fix` has changed are still as it left them.

use std::path::{Path, PathBuf};

use super::finding::Finding;
use crate::fix::{Change, Record, change};
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
        Content::Pin(pin) => pin.tree.as_deref().map(PathBuf::from),
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
    if !tree.is_dir() {
        return Finding::info(
            "fix-gone",
            format!("{name} was fixed, and is gone"),
            "Where it was moved to: `ldshim fix` it there. Else: `ldshim pins --prune`.",
        );
    }
    let change = Record::read(tree).and_then(|it| match it {
        Some(record) => change(tree, &record),
        None => Ok(Change::Replaced(tree.to_owned())),
    });
    let seen = match change {
        Ok(Change::None) => return Finding::ok("fix", format!("{name} is fixed")),
        Ok(Change::Replaced(path)) => {
            format!(
                "{name} was fixed, and {} was replaced since",
                path.display()
            )
        }
        Ok(Change::NoStub(path)) => {
            format!(
                "{name} was fixed, and the stub {} is gone since",
                path.display()
            )
        }
        Ok(Change::Updated(path)) => {
            format!(
                "{name} was fixed, and its interpreter is {} since",
                path.display()
            )
        }
        Ok(Change::Modules) => {
            format!("{name} was fixed before its modules changed; what is new may miss libraries")
        }
        Err(error) => format!("{error:#}"),
    };
    Finding::warning("fix-is-older", seen, &again)
}
