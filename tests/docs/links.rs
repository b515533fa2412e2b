//! Links between pages.

use std::fs;
use std::path::Path;

use super::page::{Page, pages, root};

/// The targets of the links of a text that lead into the repository.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let links = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    links.filter(|it| !it.contains("://"))
}

/// Whether a target is there, seen from a page: the file, and in it the heading.
fn leads_somewhere(page: &Path, target: &str) -> bool {
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = match file {
        "" => root().join(page),
        file => root().join(page).with_file_name(file),
    };
    let Ok(text) = fs::read_to_string(&path) else {
        return path.is_dir() && heading.is_empty();
    };
    heading.is_empty() || text.lines().any(|line| anchor(line) == heading)
}

/// What a heading is called in links, as GitHub and others make it.
fn anchor(line: &str) -> String {
    let name = line.trim_start_matches('#').trim().to_lowercase();
    let is_part = |it: &char| it.is_alphanumeric() || " -_".contains(*it);
    name.chars()
        .filter(is_part)
        .collect::<String>()
        .replace(' ', "-")
}

#[test]
fn each_leads_somewhere() {
    let mut count = 0;
    for Page { path, text, .. } in pages() {
        for target in targets(&text) {
            count += 1;
            assert!(
                leads_somewhere(&path, target),
                "{}: {target}",
                path.display()
            );
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn one_that_leads_nowhere_is_noticed() {
    let page = Path::new("docs/pin.md");
    assert!(leads_somewhere(page, "python.md"));
    assert!(leads_somewhere(page, "#what-a-pin-is"));
    assert!(!leads_somewhere(page, "pythons.md"));
    assert!(!leads_somewhere(page, "python.md#no-such-heading"));
}
