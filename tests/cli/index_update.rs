//! `ldshim index update`, with a real Nix and a server on this machine. Whatever goes wrong, the old index stays as it was, and
//! nothing half-written is left.

use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::common::Ran;
use crate::http::{Answer, Server};
use crate::locate::{Home, database};
use crate::nix_index::{Database, Package};
use crate::own_mounts::with_own_mounts;

/// Where nobody listens.
const NOWHERE: &str = "http://127.0.0.1:1";

/// A home with an index, and a store of its own, so that nothing stays.
struct Scene {
    home: Home,
}

impl Scene {
    fn new() -> Self {
        let home = Home::with_index();
        // What was imported from is gone: there is only the index.
        fs::remove_file(home.0.path().join(".cache/nix-index/files")).unwrap();
        Self { home }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.home.0.path().canonicalize().unwrap().join(path)
    }

    fn index(&self) -> PathBuf {
        self.path(".cache/ldshim/index/nixpkgs")
    }

    /// `ldshim index update`, which tries once only.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self
            .home
            .command(&[&["index", "update"], arguments].concat());
        for (variable, folder) in [
            ("NIX_STORE_DIR", "nix"),
            ("NIX_STATE_DIR", "state"),
            ("NIX_LOG_DIR", "log"),
        ] {
            command.env(variable, self.path(folder));
        }
        command.env("NIX_REMOTE", "");
        let settings = "build-users-group =\ndownload-attempts = 1\nstalled-download-timeout = 1";
        command.env("NIX_CONFIG", settings);
        for variable in [
            "LDSHIM_INDEX_FROM",
            "NIX_INDEX_DATABASE",
            "http_proxy",
            "all_proxy",
        ] {
            command.env_remove(variable);
        }
        // Whatever else happens, nothing of this is downloaded from elsewhere.
        command.env("https_proxy", NOWHERE);
        command
    }

    fn update(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// The update fails with this text in its message, and the index is as it was.
    #[track_caller]
    fn fails(&self, command: &mut Command, text: &str) {
        let before = fs::read(self.index()).unwrap();
        Ran::of(command).failed_with(text);
        assert!(fs::read(self.index()).unwrap() == before, "the old index");
        assert_eq!(self.left(), ["nixpkgs"]);
    }

    /// What is in the folder of the index.
    fn left(&self) -> Vec<String> {
        let folder = self.index();
        let entries = fs::read_dir(folder.parent().unwrap()).unwrap();
        let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    /// How many packages have a library that only [`newer`] has.
    fn has_newer(&self) -> bool {
        !self.home.locate(&["libnewer.so.1"]).is_empty()
    }
}

/// Another database than the one that a scene begins with.
fn newer() -> Vec<u8> {
    let mut database = Database::new(Vec::new(), 3).unwrap();
    let package = Package::new('c', "newer", "newer-1");
    let files = [("100x", "/lib/libnewer.so.1")];
    database.package(&package, files).unwrap();
    database.finish().unwrap()
}

/// With enough in it that a part of it is a download that has begun.
fn large() -> Vec<u8> {
    let mut bytes = newer();
    bytes.resize(1 << 20, 0);
    bytes
}

#[test]
fn the_newest_is_downloaded_and_imported() {
    let scene = Scene::new();
    let server = Server::new(Answer::Whole(newer()));
    assert!(!scene.has_newer());
    let ran = scene.update(&["--from", &server.url("index")]).succeeded();
    assert!(scene.has_newer());
    assert!(ran.stdout.contains("1 libraries of 1 packages"), "{ran:?}");
    assert!(ran.stdout.contains("The database is from today"), "{ran:?}");
    assert!(ran.stderr.contains(&server.url("index")), "{ran:?}");
    assert_eq!(scene.left(), ["nixpkgs"]);
}

#[test]
fn a_variable_can_name_the_address() {
    let scene = Scene::new();
    let server = Server::new(Answer::Whole(newer()));
    let mut command = scene.command(&[]);
    Ran::of(command.env("LDSHIM_INDEX_FROM", server.url("index"))).succeeded();
    assert!(scene.has_newer());
}

#[test]
fn a_file_can_be_named() {
    let scene = Scene::new();
    let file = scene.path("database");
    fs::write(&file, newer()).unwrap();
    scene
        .update(&["--from", file.to_str().unwrap()])
        .succeeded();
    assert!(scene.has_newer());
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let scene = Scene::new();
    let server = Server::new(Answer::Whole(newer()));
    for _ in 0..2 {
        scene.update(&["--from", &server.url("index")]).succeeded();
    }
    let requests = server.requests();
    let asks = |at: usize| requests[at].contains("If-None-Match");
    assert_eq!(requests.len(), 2, "{requests:?}");
    assert!(!asks(0) && asks(1), "{requests:?}");
}

#[test]
fn nixs_proxy_is_used() {
    let scene = Scene::new();
    let proxy = Server::new(Answer::Whole(newer()));
    let address = "http://index.invalid/index";
    let mut command = scene.command(&["--from", address]);
    Ran::of(command.env("http_proxy", proxy.url(""))).succeeded();
    assert!(scene.has_newer());
    assert!(proxy.requests()[0].contains(address));
}

#[test]
fn a_database_of_this_machine_that_is_new_is_taken() {
    let scene = Scene::new();
    scene.home.write_database(&newer());
    let file = scene.path(".cache/nix-index/files");
    let ran = scene.update(&[]).succeeded();
    assert!(scene.has_newer());
    assert_eq!(ran.stderr, "", "nothing was downloaded");
    // It is in the index now, so what is wanted is something newer.
    let ran = scene.update(&[]);
    ran.failed_with("github.com/nix-community/nix-index-database");
    assert!(file.exists());
}

#[test]
fn an_older_one_of_this_machine_is_taken_if_there_is_no_other() {
    let scene = Scene::new();
    fs::remove_file(scene.index()).unwrap();
    scene.home.write_database(&newer());
    let file = fs::File::options()
        .write(true)
        .open(scene.path(".cache/nix-index/files"));
    let month = Duration::from_secs(30 * 24 * 60 * 60);
    file.unwrap()
        .set_modified(SystemTime::now() - month)
        .unwrap();
    let ran = scene.update(&[]).succeeded();
    assert!(ran.stderr.contains("taking"), "{ran:?}");
    assert!(
        ran.stdout.contains("The database is 30 days old"),
        "{ran:?}"
    );
    assert!(scene.has_newer());
}

#[test]
fn a_cut_connection_leaves_the_index() {
    let scene = Scene::new();
    let server = Server::new(Answer::Cut(large()));
    let mut command = scene.command(&["--from", &server.url("index")]);
    scene.fails(&mut command, "unable to download");
}

#[test]
fn a_server_that_says_nothing_more_is_given_up() {
    let scene = Scene::new();
    let server = Server::new(Answer::Stalled(large()));
    let mut command = scene.command(&["--from", &server.url("index")]);
    scene.fails(&mut command, "unable to download");
}

#[test]
fn a_server_that_is_not_there_or_has_no_such_file_is_named() {
    let scene = Scene::new();
    let address = format!("{NOWHERE}/index");
    scene.fails(&mut scene.command(&["--from", &address]), &address);
    let server = Server::new(Answer::NotFound);
    let mut command = scene.command(&["--from", &server.url("index")]);
    scene.fails(&mut command, "404");
    scene.fails(&mut command, "--from");
}

#[test]
fn a_page_in_the_place_of_the_database_is_said_to_be_one() {
    let scene = Scene::new();
    for page in [
        "<!DOCTYPE html><title>Log in</title>",
        "\n<html><body>no</body></html>",
    ] {
        let server = Server::new(Answer::Whole(page.into()));
        let mut command = scene.command(&["--from", &server.url("index")]);
        scene.fails(&mut command, "is a web page");
    }
}

#[test]
fn a_wrong_file_is_refused() {
    let scene = Scene::new();
    let cut = &newer()[..40];
    for wrong in [b"", cut, b"NIXI", b"#!/bin/sh\n"] {
        let server = Server::new(Answer::Whole(wrong.to_vec()));
        let mut command = scene.command(&["--from", &server.url("index")]);
        scene.fails(&mut command, "cannot import");
    }
}

/// A file system with room for the old index and not for a second one.
#[test]
fn a_full_disk_leaves_the_index() {
    let scene = Scene::new();
    let server = Server::new(Answer::Whole(database()));
    let script = "cp \"$I/nixpkgs\" \"$H/copy\" && mount -t tmpfs -o size=8k none \"$I\" && cp \"$H/copy\" \"$I/nixpkgs\" &&
        { head -c 100000 /dev/zero > \"$I/filler\" 2> /dev/null; \"$@\"; s=$?
          cmp \"$I/nixpkgs\" \"$H/copy\" && ls -A \"$I\"; exit $s; }";
    let update = scene.command(&["--from", &server.url("index")]);
    let mut command = with_own_mounts(&update, script);
    command
        .env("H", scene.path(""))
        .env("I", scene.path(".cache/ldshim/index"));
    let ran = Ran::of(&mut command);
    assert!(ran.stderr.contains("No space left on device"), "{ran:?}");
    assert_eq!(ran.stdout, "filler\nnixpkgs\n", "{ran:?}");
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

#[test]
fn an_interrupt_ends_the_download_and_leaves_the_index() {
    let scene = Scene::new();
    let before = fs::read(scene.index()).unwrap();
    let server = Server::new(Answer::Stalled(large()));
    let mut command = scene.command(&["--from", &server.url("index")]);
    command.env(
        "NIX_CONFIG",
        "build-users-group =\nstalled-download-timeout = 300",
    );
    let mut child = command
        .process_group(0)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while server.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let group = Pid::from_raw(child.id().try_into().unwrap());
    killpg(group, Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(nix::libc::SIGINT));
    // Nix has gone as well.
    while server.finished() == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(fs::read(scene.index()).unwrap() == before);
    assert_eq!(scene.left(), ["nixpkgs"]);
}
