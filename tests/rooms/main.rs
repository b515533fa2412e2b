//! The order of the house: which parts of the sources name which.
//!
//! Rooms, the folders and files directly below `src/`, point downwards only. Within a folder no files name each other, be it by
//! way of others: they have an order too. A file's parent (`mod.rs`, or the file with the folder's name) may name its
//! children, and they it. Unit tests do not count.

mod mentions;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

use mentions::{Mention, Source, mentions};

/// The rooms of the tool from the top down: each may name those that stand below it here.
const ROOMS: &[&str] = &[
    "main",
    "commands",
    "cli",
    "doctor",
    "shell",
    "fix",
    "bundle",
    "pin",
    "autopatch",
    "freeze",
    "modules",
    "choice",
    "ldconfig",
    "explain",
    "index",
    "bare_env",
    "host_env",
    "library_env",
    "resolver",
    "loader_cache",
    "sandbox",
    "watch",
    "stub_file",
    "nix",
    "loader_variables",
    "tree",
    "launcher",
    "own_tree",
    "exec",
    "surgery",
    "elf",
    "file_kind",
    "calendar",
    "drivers",
    "parallel",
    "presets",
    "bar",
    "terminal",
    "style",
    "printable",
    "whole_file",
    "interrupt",
];

/// What is named against the order of the rooms, and rooms that have no place in it.
fn upward(own: &str, sources: &[Source], order: &[&str]) -> Vec<String> {
    let mut wrong = BTreeSet::new();
    let place = |room: &str| order.iter().position(|it| *it == room);
    for it in mentions(own, sources) {
        let (from, to) = (it.from.first(), it.to.first());
        let (Some(from), Some(to)) = (from, to) else {
            continue;
        };
        match (place(from), place(to)) {
            (Some(own), Some(other)) if own <= other => {}
            (Some(_), Some(_)) => {
                let _ = wrong.insert(format!("{it}: {from} stands below {to}"));
            }
            (own, _) => {
                let room = if own.is_none() { from } else { to };
                wrong.insert(format!("{it}: the room {room} has no place in the order"));
            }
        }
    }
    wrong.into_iter().collect()
}

/// The circles of parts of one folder that name each other: of each set of such parts a shortest one.
fn circles(own: &str, sources: &[Source]) -> Vec<String> {
    let mut folders = BTreeMap::<Vec<String>, Edges>::new();
    for it in mentions(own, sources) {
        let mut pairs = it.from.iter().zip(&it.to);
        let Some(depth) = pairs.position(|(from, to)| from != to) else {
            // One is the other's parent.
            continue;
        };
        let (from, to) = (it.from[depth].clone(), it.to[depth].clone());
        let folder = folders.entry(it.from[..depth].to_vec()).or_default();
        folder.entry(from).or_default().entry(to).or_insert(it);
    }
    let mut circles = Vec::new();
    for edges in folders.values() {
        let mut seen = BTreeSet::new();
        for start in edges.keys() {
            let circle = circle(edges, start);
            if !circle.iter().any(|it| seen.contains(it)) && !circle.is_empty() {
                let lines = circle.windows(2).map(|pair| {
                    let mention = &edges[pair[0]][pair[1]];
                    format!("{mention}: {} names {}", pair[0], pair[1])
                });
                circles.push(lines.collect::<Vec<_>>().join("\n"));
            }
            seen.extend(circle);
        }
    }
    circles
}

/// By a part's name, the parts that it names and where it does first.
type Edges = BTreeMap<String, BTreeMap<String, Mention>>;

/// A shortest way from a part back to itself; empty if there is none.
fn circle<'a>(edges: &'a Edges, start: &'a str) -> Vec<&'a str> {
    let mut before = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(part) = next.pop_front() {
        for to in edges.get(part).into_iter().flat_map(BTreeMap::keys) {
            if to == start {
                let mut way = vec![start, part];
                while way[way.len() - 1] != start {
                    way.push(before[way[way.len() - 1]]);
                }
                way.reverse();
                // A part that names itself by its full name is none.
                return if part == start { Vec::new() } else { way };
            }
            if !before.contains_key(to.as_str()) {
                before.insert(to.as_str(), part);
                next.push_back(to);
            }
        }
    }
    Vec::new()
}

/// The sources below a folder of this repository.
fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                sources.push((name.to_owned(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(sources.len() > 5, "hardly any sources in {folder}");
    sources.sort();
    sources
}

#[test]
fn rooms_point_downwards() {
    let wrong = upward("ldshim", &sources("src"), ROOMS);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn each_room_of_the_order_exists() {
    let sources = sources("src");
    for room in ROOMS {
        let is_here =
            |path: &str| path == format!("{room}.rs") || path.starts_with(&format!("{room}/"));
        assert!(sources.iter().any(|(path, _)| is_here(path)), "{room}");
    }
}

/// What is named against the rule, and why it has to be.
const EXCEPTIONS: &[(&str, &str)] = &[
    // The first instruction is the machine's, and calls what lists the steps.
    ("arch", "crate::start::start"),
];

#[test]
fn no_files_name_each_other() {
    for (own, folder) in [
        ("ldshim", "src"),
        ("loader_stub", "loader-stub/src"),
        ("run_head", "run-head/src"),
        ("xtask", "xtask/src"),
    ] {
        let mut sources = sources(folder);
        for (path, text) in &mut sources {
            for (room, name) in EXCEPTIONS {
                if path.starts_with(room) {
                    *text = text.replace(name, "");
                }
            }
        }
        let circles = circles(own, &sources);
        assert!(circles.is_empty(), "{folder}:\n{}", circles.join("\n\n"));
    }
}

/// A tree of files made up for a test.
fn tree(files: &[(&str, &str)]) -> Vec<Source> {
    let files = files.iter();
    files
        .map(|(path, text)| (path.to_string(), text.to_string()))
        .collect()
}

#[test]
fn a_room_that_names_one_above_it_is_reported() {
    let tree = tree(&[
        ("cellar/mod.rs", "pub mod wine;"),
        ("cellar/wine.rs", "use std::fs;\nuse crate::attic::Dust;"),
        ("attic.rs", "use crate::cellar::wine;\npub struct Dust;"),
    ]);
    let wrong = upward("it", &tree, &["attic", "cellar"]);
    assert_eq!(
        wrong,
        ["cellar/wine.rs:2: `use crate::attic::Dust;`: cellar stands below attic"]
    );
    assert_eq!(
        upward("it", &tree, &["cellar", "attic"]),
        ["attic.rs:1: `use crate::cellar::wine;`: attic stands below cellar"]
    );
}

#[test]
fn a_room_without_a_place_is_reported() {
    let tree = tree(&[("attic.rs", "use crate::cellar;"), ("cellar.rs", "")]);
    assert_eq!(
        upward("it", &tree, &["attic"]),
        ["attic.rs:1: `use crate::cellar;`: the room cellar has no place in the order"]
    );
    assert!(upward("it", &tree, &["attic", "cellar"]).is_empty());
}

#[test]
fn two_files_that_name_each_other_are_reported() {
    let tree = tree(&[
        ("room/mod.rs", "mod chair;\nmod table;\nmod lamp;"),
        ("room/chair.rs", "use super::table::Leg;"),
        ("room/table.rs", "fn f() { super::chair::sit(); }"),
        ("room/lamp.rs", "use super::table::Leg;"),
    ]);
    assert_eq!(
        circles("it", &tree),
        [
            "room/chair.rs:1: `use super::table::Leg;`: chair names table\n\
          room/table.rs:1: `fn f() { super::chair::sit(); }`: table names chair"
        ]
    );
    assert!(circles("it", &tree[..2]).is_empty());
}

#[test]
fn circles_by_way_of_others_and_of_the_parent_are_reported() {
    let tree = tree(&[
        (
            "room/mod.rs",
            "mod a;\nmod b;\nmod c;\npub use a::{One, Two as Pair};",
        ),
        ("room/a.rs", "use super::b::B;"),
        ("room/b.rs", "use super::{c};"),
        (
            "room/c.rs",
            "use std::{fmt, fs};\n\nuse super::{\n    Pair,\n};",
        ),
    ]);
    assert_eq!(
        circles("it", &tree),
        ["room/a.rs:1: `use super::b::B;`: a names b\n\
          room/b.rs:1: `use super::{c};`: b names c\n\
          room/c.rs:4: `Pair,`: c names a"]
    );
}

#[test]
fn parents_and_unit_tests_may_name_whom_they_like() {
    let tree = tree(&[
        ("room/mod.rs", "mod a;\nmod b;\nuse b::B;\npub struct Here;"),
        ("room/a.rs", "use super::{Here, b};"),
        (
            "room/b.rs",
            "use super::Here;\n// super::a\n#[cfg(test)]\nmod tests {\n    use super::super::a;\n}",
        ),
        ("room/b/tests.rs", "use crate::room::a;"),
    ]);
    assert!(circles("it", &tree).is_empty());
}
