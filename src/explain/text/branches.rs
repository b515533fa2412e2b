//! The libraries of a program as a tree, for people.

use std::fmt::Write as _;
use std::path::Path;

use crate::printable::Shown as _;
use crate::resolver::{Found, Loaded, Passed, Resolution};
use crate::style::{BAD, NAME_WIDTH, QUIET};

/// The tree of libraries, each where it was loaded first.
pub(super) fn write(text: &mut String, resolution: &Resolution, program: &Path) {
    _ = writeln!(text, "{}", program.shown());
    let children = |number: usize| -> Vec<usize> {
        let loaded_for = |it: &&usize| resolution.objects[**it].requested_by == Some(number);
        resolution
            .order
            .iter()
            .filter(loaded_for)
            .copied()
            .collect()
    };
    // Of each branch that is not finished, what is still to be written, and where it hangs.
    let mut open = vec![(children(0).into_iter(), String::new())];
    while let Some((rest, indent)) = open.last_mut() {
        let Some(number) = rest.next() else {
            open.pop();
            continue;
        };
        let is_last = rest.len() == 0;
        let (branch, below) = if is_last {
            ("└── ", "    ")
        } else {
            ("├── ", "│   ")
        };
        let width = NAME_WIDTH.saturating_sub(4 * open_depth(indent));
        let line = branch_text(resolution, number, program, width);
        _ = writeln!(text, "{QUIET}{indent}{branch}{QUIET:#}{line}");
        let indent = format!("{indent}{below}");
        open.push((children(number).into_iter(), indent));
    }
    for failure in &resolution.preload_failures {
        let name = failure.name.shown();
        _ = writeln!(text, "not preloaded: {name}: {}", failure.message);
    }
}

fn open_depth(indent: &str) -> usize {
    indent.chars().count() / 4
}

fn branch_text(resolution: &Resolution, number: usize, program: &Path, width: usize) -> String {
    let object = &resolution.objects[number];
    let name = object.names[0].shown();
    match (&object.path, reason(resolution, object, program)) {
        (Some(path), Some(reason)) => {
            format!("{name:width$} {} {QUIET}{reason}{QUIET:#}", path.shown())
        }
        _ => {
            let passed = match &object.found {
                Found::Nowhere(passed) => &passed[..],
                _ => &[],
            };
            let passed = passed.iter().map(|it| {
                let path = it.path.shown();
                match it.reason {
                    Passed::NOT_THERE => format!("; the cache lists {path}, which is not there"),
                    reason => format!("; {path} has the {reason}"),
                }
            });
            // Nothing is searched for what is named by a path.
            let place = if name.contains('/') {
                " by this path"
            } else {
                ""
            };
            format!(
                "{BAD}{name:width$} not found{place}{BAD:#}{}",
                passed.collect::<String>()
            )
        }
    }
}

/// Why a library is where it is.
pub(super) fn reason(resolution: &Resolution, object: &Loaded, program: &Path) -> Option<String> {
    Some(match &object.found {
        Found::Rpath(of) => format!("RPATH of {}", name_of(resolution, *of, program)),
        Found::LibraryPath => "LD_LIBRARY_PATH".into(),
        Found::Runpath => {
            let of = name_of(resolution, object.requested_by?, program);
            format!("RUNPATH of {of}")
        }
        Found::Cache => "cache".into(),
        Found::SystemDirectory => "the loader's own directory".into(),
        Found::ByPath => "named by path".into(),
        Found::Program | Found::Loader | Found::Nowhere(_) => return None,
    })
}

pub(super) fn name_of(resolution: &Resolution, number: usize, program: &Path) -> String {
    let object = &resolution.objects[number];
    let path = object.path.as_deref().unwrap_or(program);
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.shown()
}
