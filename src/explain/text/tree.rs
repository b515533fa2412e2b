//! The report about a directory tree.

use std::fmt::Write as _;

use super::problem::problem_text;
use crate::explain::Providers;
use crate::explain::style::{BAD, GOOD, NAME, NAME_WIDTH};
use crate::explain::tree::Tree;
use crate::presets;

/// The report about a directory tree: what would not start, and what is missing in all.
#[must_use]
pub fn tree(tree: &Tree, providers: &Providers) -> String {
    let mut text = String::new();
    let mut depend = 0;
    for report in tree.reports.iter().filter(|it| !it.starts()) {
        if !tree.is_bad(report) {
            depend += usize::from(!Tree::is_for_musl(report));
            continue;
        }
        _ = writeln!(text, "{NAME}{}{NAME:#}", report.path.display());
        for problem in &report.problems {
            _ = writeln!(text, "  {}", problem_text(report, problem));
        }
    }
    let missing = tree.missing();
    if !missing.is_empty() {
        _ = writeln!(text, "missing in all");
    }
    let mut is_elsewhere = false;
    let nowhere = missing.keys().copied();
    let nowhere = nowhere.filter(|name| tree.find(name).is_none());
    let advice = presets::advice(nowhere, false);
    for (name, count) in missing {
        let found = tree.find(name);
        let here = found.map_or(String::new(), |path| {
            let path = path.display();
            format!("; {path} will do, if the program loads it first")
        });
        let (shown, count) = (name.display().to_string(), files(count));
        _ = writeln!(text, "  {BAD}{shown:NAME_WIDTH$}{BAD:#} in {count}{here}");
        if found.is_none() {
            text.push_str(&providers.text(name, "    "));
            is_elsewhere = true;
        }
    }
    if is_elsewhere {
        text.push_str(&providers.excuse());
    }
    if let Some(advice) = advice {
        _ = writeln!(text, "{advice}");
    }
    for (path, error) in &tree.unreadable {
        _ = writeln!(text, "{}: {error}", path.display());
    }
    let musl = tree.reports.iter().filter(|it| Tree::is_for_musl(it));
    match musl.count() {
        0 => {}
        count => {
            let count = files(count);
            _ = writeln!(text, "{count} for musl, whose search is not explained");
        }
    }
    let bad = tree.reports.iter().filter(|it| tree.is_bad(it)).count();
    let all = files(tree.reports.len());
    _ = match (bad, depend) {
        (0, 0) => writeln!(text, "{GOOD}{all}: all would start or load{GOOD:#}"),
        (0, _) => writeln!(
            text,
            "{GOOD}{all}: all would start or load{GOOD:#}, {depend} of them if the program loads others first"
        ),
        _ => writeln!(text, "{BAD}{bad} of {all} would not start or load{BAD:#}"),
    };
    text
}

fn files(count: usize) -> String {
    format!("{count} {}", if count == 1 { "file" } else { "files" })
}
