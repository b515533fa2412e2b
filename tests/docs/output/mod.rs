//! What the documentation shows as a session prints that: commands behind `$ ` are run, in order, in a ground that [`scenes`] makes
//! for each page, and what they print is compared with the lines below them ([`compare`] says what does not count).
//!
//! With [`WRITE`], which `cargo xtask test docs --write` sets, what differs is written into the page, to be read before it is
//! committed.

use std::env;
use std::fs;

use crate::WRITE;
use crate::page::{pages, root};

mod block;
mod compare;
mod run;
mod scenes;

use run::By;
use scenes::Scene;

/// A page whose sessions are run.
struct Run {
    page: &'static str,
    scene: fn() -> Scene,
    by: By,
}

#[rustfmt::skip]
const RUN: &[Run] = &[
    Run { page: "docs/bundle.md", scene: scenes::bash_bundle, by: By::Script },
    Run { page: "docs/first-start.md", scene: scenes::nothing_set_up, by: By::Terminal("\x1b[?25l", "y") },
    Run { page: "docs/fix.md", scene: scenes::virtual_environment, by: By::Script },
    Run { page: "docs/install.md", scene: scenes::by_hand, by: By::Script },
    Run { page: "docs/locate.md", scene: scenes::python_without_zlib_and_an_index, by: By::Script },
    Run { page: "docs/lock.md", scene: scenes::ninja_and_an_index, by: By::Script },
    Run { page: "docs/node.md", scene: scenes::node_modules, by: By::Script },
    Run { page: "docs/packaging.md", scene: scenes::programs_to_package, by: By::Script },
    Run { page: "docs/patch.md", scene: scenes::ninja_to_patch, by: By::Script },
    Run { page: "docs/pin.md", scene: scenes::python_without_zlib, by: By::Script },
    Run { page: "docs/python.md", scene: scenes::virtual_environment, by: By::Script },
    Run { page: "docs/run.md", scene: scenes::tool_without_curl, by: By::Script },
    Run { page: "docs/shell.md", scene: scenes::python_without_zlib_and_an_index, by: By::Script },
    Run { page: "docs/troubleshooting.md", scene: scenes::stale_variable, by: By::Script },
];

/// Runs the sessions of a page.
fn page(name: &str) {
    let run = RUN.iter().find(|it| it.page == name);
    let run = run.expect("it is in the table");
    let page = pages().into_iter().find(|it| it.path.as_os_str() == name);
    let page = page.expect("a page");
    let sessions = page.blocks.iter().filter(|it| block::is_session(it));
    let sessions: Vec<_> = sessions.collect();
    assert!(!sessions.is_empty(), "{name} has no session");
    let written: Vec<_> = sessions.iter().map(|it| block::steps(&it.text)).collect();
    let scene = (run.scene)();
    let steps = written.iter().flatten();
    let commands: Vec<_> = steps.map(|it| scene.command(&it.line())).collect();
    let printed = run::run(&scene.ground, &run.by, &commands);
    let mut printed = printed.into_iter();
    let before = fs::read_to_string(root().join(name)).expect("a page");
    let mut text = before.clone();
    let mut differences = String::new();
    for (session, steps) in sessions.iter().zip(written) {
        let now: Vec<_> = steps
            .iter()
            .zip(&mut printed)
            .map(|(it, printed)| it.with(printed))
            .collect();
        for (before, now) in steps.iter().zip(&now).filter(|(before, now)| before != now) {
            let place = format!("{name}:{}: $ {}", session.line, before.line());
            let [page, printed] = [before, now].map(|it| it.output.join("\n"));
            differences += &format!("{place}\n--- the page\n{page}\n--- printed\n{printed}\n\n");
        }
        text = text.replace(&session.text, &block::text(&now));
    }
    if env::var_os(WRITE).is_some() {
        if text != before {
            fs::write(root().join(name), text).expect("a page");
        }
        return;
    }
    assert!(
        differences.is_empty(),
        "{differences}`cargo xtask test docs --write` writes what is printed into the pages"
    );
}

/// A test for each page, with its name.
macro_rules! pages {
    ($($name:ident: $page:literal,)*) => {
        $(#[test] fn $name() { page($page); })*
        const TESTED: &[&str] = &[$($page),*];
    };
}

pages! {
    bundle: "docs/bundle.md",
    first_start: "docs/first-start.md",
    fix: "docs/fix.md",
    install: "docs/install.md",
    locate: "docs/locate.md",
    lock: "docs/lock.md",
    node: "docs/node.md",
    packaging: "docs/packaging.md",
    patch: "docs/patch.md",
    pin: "docs/pin.md",
    python: "docs/python.md",
    run: "docs/run.md",
    shell: "docs/shell.md",
    troubleshooting: "docs/troubleshooting.md",
}

#[test]
fn each_session_is_run() {
    let tested: Vec<_> = RUN.iter().map(|it| it.page).collect();
    assert_eq!(tested, TESTED);
    for page in pages() {
        let name = page.path.to_str().expect("names of pages are UTF-8");
        let session = page.blocks.iter().find(|it| block::is_session(it));
        if let Some(session) = session.filter(|_| !TESTED.contains(&name)) {
            let first = &block::steps(&session.text)[0];
            panic!(
                "{name}:{}: `{}` is not run: tests/docs/output has no row for this page",
                session.line,
                first.line()
            );
        }
    }
}

/// The control: a page that says something else is noticed, and mended where it is to be written.
#[test]
fn another_output_is_noticed() {
    let ground = crate::ground::Ground::new();
    let commands = ["echo one; echo two >&2", "ldshim no-such-command | cat"].map(str::to_owned);
    let printed = run::run(&ground, &By::Script, &commands);
    let with = |page: &str| {
        let steps = block::steps(&format!("$ {}\n{page}", commands[0]));
        steps[0].clone() == steps[0].with(printed[0].clone())
    };
    assert!(with("one\ntwo"));
    assert!(with("..."));
    assert!(!with("one"));
    assert!(!with("one\n2"));
    assert!(printed[1][0].contains("no-such-command"), "{printed:?}");
}
