//! Ctrl-C while a tree is fixed.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::scene::{Scene, contents};
use crate::terminal::Terminal;

pub fn a_tree_is_fixed_whole_or_not_at_all() {
    let scene = Scene::new();
    let (venv, module) = scene.missing_a("venv");
    scene.package("a", 42);
    let before = contents(&venv);
    for round in 0..6 {
        let mut command = scene.command(&["fix", "venv"]);
        let mut child = command.stdout(Stdio::null()).spawn().expect("it starts");
        // Just when the pin is there, or just when the tree is written to.
        let is_early = round % 2 == 0;
        let begun = || match is_early {
            true => scene.pins() > 0,
            false => venv.join(".ldshim-fix.json").exists(),
        };
        while !begun() && child.try_wait().expect("a child").is_none() {
            std::thread::yield_now();
        }
        // It may have ended.
        let process = Pid::from_raw(child.id().try_into().expect("a number"));
        _ = kill(process, Signal::SIGINT);
        let status = child.wait().expect("a child");
        let ends = (status.code(), status.signal());
        assert!(
            ends == (Some(0), None) || ends == (None, Some(nix::libc::SIGINT)),
            "{status}"
        );
        if contents(&venv) != before {
            scene.loads(&venv, &module, 42);
            scene.ldshim(&["unfix", "venv"]).succeeded();
        }
        assert!(contents(&venv) == before, "{:?}", contents(&venv).keys());
    }
}

pub fn a_question_ends_by_the_interrupt() {
    let scene = Scene::new();
    let (venv, _) = scene.missing_a("venv");
    let before = contents(&venv);
    let ground = &scene.ground;
    let packages = [
        ground.package("apple", "a", 1),
        ground.package("pear", "a", 2),
    ];
    ground.add_to_index(&[&packages[0], &packages[1]]);
    let folder = ground.path("temporary");
    std::fs::create_dir(&folder).expect("a folder");
    let mut command = scene.command(&["fix", "venv"]);
    let mut terminal = Terminal::start(command.env("TMPDIR", &folder));
    terminal.sees("Which package is to give");
    terminal.sees("(a store path)");
    let ended = terminal.types_until_the_end("\x03");
    assert_eq!(ended.signal, Some(nix::libc::SIGINT), "{ended:?}");
    assert!(contents(&venv) == before);
    let left = std::fs::read_dir(folder).expect("a folder").count();
    assert_eq!(left, 0);
}
