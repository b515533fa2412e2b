//! What is shown while packages come, and what is left of that if somebody does not want to wait.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use ::nix::sys::signal::{Signal, kill};
use ::nix::sys::stat::Mode;
use ::nix::unistd::{Pid, mkfifo};

use super::ground::Ground;
use crate::common::Ran;
use crate::fix::scene::{Scene, contents};
use crate::nix::{self, text};
use crate::terminal::{screen, screen_while};

/// A package with the library `a` that only the binary cache has, and the index knows.
fn in_cache(ground: &Ground, name: &str) -> PathBuf {
    let package = ground.package(name, "a", 11);
    nix::copy_to_cache(&package);
    nix::delete(&package).expect("nobody needs it");
    let path = format!("/lib/{}", ground.soname("a"));
    ground.import(&[("set.p", &package, &path)]);
    package
}

pub fn a_bar_is_shown_while_packages_come_on_a_terminal_only() {
    let ground = Ground::new();
    for (name, is_terminal) in [("one", true), ("two", false)] {
        let program = ground.program("program", &["a"]);
        in_cache(&ground, name);
        let mut command = ground.command(&["pin", "./program"]);
        let said = match is_terminal {
            true => screen(&mut command, 80),
            false => Ran::of(&mut command).succeeded().stderr,
        };
        assert_eq!(said.contains("getting packages ["), is_terminal, "{said}");
        ground.prints(&program, &[11]);
        Ran::of(&mut ground.command(&["unpin", "./program"])).succeeded();
    }
}

/// The binary cache's file of a package, in whose place there is a pipe that nobody fills: to get it takes for ever.
struct Endless {
    pipe: PathBuf,
    narinfo: PathBuf,
}

impl Endless {
    fn new(package: &Path) -> Self {
        let name = package.file_name().expect("a store path");
        let hash = &text(Path::new(name))[..32];
        let narinfo = nix::cache().join(format!("{hash}.narinfo"));
        let said = fs::read_to_string(&narinfo).expect("it is in the cache");
        let url = said.lines().find_map(|it| it.strip_prefix("URL: "));
        let pipe = nix::cache().join(url.expect("an address"));
        fs::remove_file(&pipe).expect("it was there");
        mkfifo(&pipe, Mode::S_IRWXU).expect("a pipe");
        Self { pipe, narinfo }
    }

    /// Waits until somebody reads it. Whoever does waits for as long as the result lives.
    fn is_read(&self) -> fs::File {
        loop {
            let mut options = OpenOptions::new();
            let open = options.write(true).custom_flags(::nix::libc::O_NONBLOCK);
            match open.open(&self.pipe) {
                Ok(file) => return file,
                Err(_) => thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.pipe);
        _ = fs::remove_file(&self.narinfo);
    }
}

pub fn who_is_interrupted_while_packages_come_leaves_nothing() {
    let scene = Scene::new();
    let ground = &scene.ground;
    let (venv, _) = scene.missing_a("venv");
    let program = ground.program("program", &["a"]);
    let endless = Endless::new(&in_cache(ground, "p"));
    let temporary = ground.path("temporary");
    fs::create_dir(&temporary).expect("a folder");
    let before = contents(&venv);
    for mut command in [
        ground.command(&["pin", "./program"]),
        scene.command(&["fix", "venv"]),
    ] {
        command.env("TMPDIR", &temporary);
        let ended = screen_while(&mut command, 80, |process| {
            // At its end nobody waits for the pipe any more: Nix sees only then that it is to end.
            let _open = endless.is_read();
            kill(Pid::from_raw(process as i32), Signal::SIGINT).expect("it waits");
        });
        assert_eq!(ended.signal, Some(::nix::libc::SIGINT), "{ended:?}");
        let left = fs::read_dir(&temporary).expect("a folder").count();
        assert_eq!(left, 0, "{ended:?}");
    }
    assert_eq!(ground.settled(&program), "nothing");
    assert_eq!(scene.pins(), 0);
    assert_eq!(contents(&venv), before);
}
