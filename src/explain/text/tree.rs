//! The report about a directory tree: the most important first, which is how many files would not start, and what is missing in
//! all.

use std::fmt::Write as _;
use std::path::Path;

use super::problem::problem_text;
use crate::explain::tree::{Missing, Standing, Tree, has_no_loader};
use crate::explain::{Problem, Providers, Report};
use crate::own_tree::from_origin;
use crate::presets;
use crate::printable::Shown as _;
use crate::style::{BAD, DOUBTFUL, GOOD, INDENT, Mark, NAME, NAME_WIDTH, QUIET};

/// Of things that may be of no matter, so many are listed.
const MOST: usize = 8;

/// The report about a directory tree: what is missing in all, what would not start, and what is not for this machine.
#[must_use]
pub fn tree(tree: &Tree, providers: &Providers) -> String {
    let mut text = String::new();
    write_verdict(&mut text, tree);
    write_without_loader(&mut text, tree);
    write_missing(&mut text, tree, providers);
    write_files(&mut text, tree);
    write_later(&mut text, tree);
    write_of_tree(&mut text, tree);
    for (path, error) in &tree.unreadable {
        text += &Mark::Doubtful.line(&format!("{}: {error}", path.shown()));
    }
    write_others(&mut text, tree);
    text
}

/// Where there is no loader, that is the same for most files, and said once.
fn write_without_loader(text: &mut String, tree: &Tree) {
    let mut without = tree.reports.iter().filter(|it| is_said(it));
    let Some(first) = without.next() else {
        return;
    };
    let count = files(1 + without.count());
    let problem = problem_text(first, &first.problems[0]);
    let name = crate::printable::shell_word(&first.path);
    *text += &Mark::Wrong.line(&format!("{count}: {problem}"));
    *text += &Mark::Do.line(&format!("what to do: ldshim explain {name}"));
}

/// Whether all that is wrong with a file is that there is no loader.
fn is_said(report: &Report) -> bool {
    has_no_loader(report) && report.problems.len() == 1
}

fn write_missing(text: &mut String, tree: &Tree, providers: &Providers) {
    let missing = tree.missing();
    let (optional, needed): (Vec<_>, Vec<_>) = missing.iter().partition(|it| it.is_optional);
    let groups = [
        (&needed, needed.len(), BAD, "missing in all"),
        (
            &optional,
            MOST,
            DOUBTFUL,
            "missing for plugins that nothing here needs, and so optional",
        ),
    ];
    for (group, most, style, title) in groups.iter().filter(|it| !it.0.is_empty()) {
        _ = writeln!(text, "{title}");
        for missing in group.iter().take(*most) {
            let name = missing.name.shown();
            let files = in_files(tree, missing);
            let packages = providers.in_short(missing.name);
            _ = writeln!(
                text,
                "  {style}{name:NAME_WIDTH$}{style:#} {files}{packages}"
            );
        }
        if group.len() > *most {
            let more = group.len() - most;
            _ = writeln!(
                text,
                "  {QUIET}and {more} more, which --json lists{QUIET:#}"
            );
        }
    }
    if !missing.is_empty() {
        text.push_str(&providers.excuse());
        let names = missing.iter().map(|it| it.name);
        if let Some(advice) = presets::advice(names, false) {
            *text += &Mark::Do.line(&advice);
        }
    }
    let lacking = tree.lacking();
    if !lacking.is_empty() {
        _ = writeln!(text, "too old for some");
    }
    for ((library, version), count) in lacking {
        let lacks = format!("{library} without {}", version.shown());
        _ = writeln!(
            text,
            "  {BAD}{lacks:NAME_WIDTH$}{BAD:#} in {}",
            files(count)
        );
    }
}

/// In how many files; if it is one, in which.
fn in_files(tree: &Tree, missing: &Missing<'_>) -> String {
    match missing.files[..] {
        [file] => format!("in {}", short(tree, file).shown()),
        _ => format!("in {}", files(missing.files.len())),
    }
}

fn write_files(text: &mut String, tree: &Tree) {
    for (report, standing) in tree.standings() {
        if standing != Standing::Bad || is_said(report) {
            continue;
        }
        _ = writeln!(text, "{NAME}{}{NAME:#}", report.path.shown());
        for problem in &report.problems {
            *text += &Mark::Wrong.line(&problem_text(report, problem));
            write_place_in_tree(text, tree, report, problem);
        }
    }
}

/// Where the tree has what a file of it misses, and how the file would find it.
fn write_place_in_tree(text: &mut String, tree: &Tree, report: &Report, problem: &Problem) {
    let Problem::Missing { name, .. } = problem else {
        return;
    };
    let Some(found) = tree.find(name) else {
        return;
    };
    _ = writeln!(text, "{INDENT}the tree has it: {}", found.shown());
    let folders = (report.path.parent(), found.parent());
    // Only a file of that very name is found by a search path.
    if let ((Some(from), Some(to)), true) = (folders, found.file_name() == Some(name)) {
        let file = crate::printable::shell_word(&report.path);
        *text += &Mark::Do.line(&format!(
            "to have it found: ldshim patch --add-rpath '{}' {file}",
            from_origin(from, to).shown()
        ));
    }
}

fn write_later(text: &mut String, tree: &Tree) {
    let later = tree.missing_later();
    if later.is_empty() {
        return;
    }
    _ = writeln!(text, "may be loaded later, and cannot be");
    for (name, (file, trouble)) in later.iter().take(MOST) {
        let (name, file) = (name.shown(), short(tree, file));
        let file = file.shown();
        let trouble = trouble.map_or(String::new(), |it| format!(": {it}"));
        _ = writeln!(
            text,
            "  {DOUBTFUL}{name:NAME_WIDTH$}{DOUBTFUL:#} {QUIET}named in {file}{trouble}{QUIET:#}"
        );
    }
    if later.len() > MOST {
        _ = writeln!(
            text,
            "  {QUIET}and {} more, which --json lists{QUIET:#}",
            later.len() - MOST
        );
    }
}

/// What libraries of the tree miss, and others of the tree are.
fn write_of_tree(text: &mut String, tree: &Tree) {
    let missing = tree.missing_of_tree();
    for (name, count) in missing.iter().take(MOST) {
        let found = tree.find(name).unwrap_or(Path::new(""));
        let (name, found) = (name.shown(), found.shown());
        let count = files(*count);
        _ = writeln!(
            text,
            "{QUIET}{name}, needed by {count}: {found} will do, if the program loads it first{QUIET:#}"
        );
    }
    if missing.len() > MOST {
        _ = writeln!(
            text,
            "{QUIET}and {} more of that kind{QUIET:#}",
            missing.len() - MOST
        );
    }
}

fn write_others(text: &mut String, tree: &Tree) {
    if tree.others.is_empty() {
        return;
    }
    let groups = tree.groups_of_others();
    let groups = groups
        .iter()
        .map(|(whom, count)| format!("{count} for {whom}"));
    let groups = groups.collect::<Vec<_>>().join(", ");
    let count = files(tree.others.len());
    _ = writeln!(
        text,
        "not for this machine, and not judged: {count} ({groups})"
    );
}

fn write_verdict(text: &mut String, tree: &Tree) {
    let count = |wanted: Standing| tree.standings().filter(|it| it.1 == wanted).count();
    let (bad, optional, depend) = (
        count(Standing::Bad),
        count(Standing::Optional),
        count(Standing::AfterOthers),
    );
    let all = files(tree.reports.len());
    if tree.reports.is_empty() && !tree.others.is_empty() {
        _ = writeln!(text, "no file here is for this machine");
        return;
    }
    if bad > 0 {
        _ = writeln!(text, "{BAD}{bad} of {all} would not start or load{BAD:#}");
        return;
    }
    let mut but = String::new();
    if depend > 0 {
        _ = write!(but, ", {depend} of them if the program loads others first");
    }
    if optional > 0 {
        _ = write!(but, ", except {optional} that nothing here needs");
    }
    _ = writeln!(text, "{GOOD}{all}: all would start or load{GOOD:#}{but}");
}

/// A path of the tree, as seen from its root.
fn short<'a>(tree: &Tree, path: &'a Path) -> &'a Path {
    path.strip_prefix(&tree.directory).unwrap_or(path)
}

fn files(count: usize) -> String {
    format!("{count} {}", if count == 1 { "file" } else { "files" })
}
