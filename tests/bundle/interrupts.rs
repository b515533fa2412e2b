//! Ctrl-C while a bundle is written: it is there whole or not at all, and nothing is said that is no reason.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::common::Ran;
use crate::made::Made;

/// Starts a command, and interrupts it this long after something is there.
fn interrupted(command: &mut Command, is_there: impl Fn() -> bool, after: Duration) -> Output {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !is_there() {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::yield_now();
    }
    std::thread::sleep(after);
    // It may have ended.
    _ = kill(
        Pid::from_raw(child.id().try_into().unwrap()),
        Signal::SIGINT,
    );
    child.wait_with_output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    let names = names.map(|it| it.unwrap().file_name().into_string().unwrap());
    names.collect()
}

/// Whether the command was interrupted in time; nothing was said then.
fn was_in_time(output: &Output) -> bool {
    let said = String::from_utf8_lossy(&output.stderr);
    match (output.status.code(), output.status.signal()) {
        (Some(0), None) => false,
        (None, Some(nix::libc::SIGINT)) => {
            assert!(!said.contains("cannot"), "{said}");
            true
        }
        _ => panic!("{output:?}"),
    }
}

#[test]
fn nothing_is_left_of_any_format() {
    let made = Made::new();
    made.compile("report.c", "report", &[]);
    // More than a moment goes into it.
    fs::create_dir(made.at("data")).unwrap();
    for number in 0..200 {
        fs::write(made.at(&format!("data/{number}")), [7; 10_000]).unwrap();
    }
    let folder = made.at("into");
    fs::create_dir(&folder).unwrap();
    let mut ends = Vec::new();
    for format in ["folder", "tar.zst", "tar.gz", "deb", "rpm"] {
        for after in [0, 5, 20, 60] {
            let args = [
                "report", "--with", "data", "--out", "into/out", "--format", format,
            ];
            let mut command = made.bundle(&args);
            let is_there = || !names(&folder).is_empty();
            let after = Duration::from_millis(after);
            let is_in_time = was_in_time(&interrupted(&mut command, is_there, after));
            // The signal may have come when the bundle was at its place.
            match &*names(&folder) {
                [] => assert!(is_in_time, "{format}"),
                [name] if name == "out" => {}
                names => panic!("{format}: {names:?}"),
            }
            ends.push(names(&folder).is_empty());
            let out = folder.join("out");
            if out.is_dir() {
                Ran::of(&mut crate::made::clean(out.join("bin/report"))).succeeded();
                fs::remove_dir_all(out).unwrap();
            } else if out.exists() {
                fs::remove_file(out).unwrap();
            }
        }
    }
    assert!(ends.contains(&true), "none was early enough: {ends:?}");
}

/// Whether a bundle is complete in a folder in this one: it is about to be put to its place.
fn is_about_to_be_there(folder: &Path) -> bool {
    let mut folders = names(folder).into_iter().map(|it| folder.join(it));
    folders.any(|it| !it.ends_with("out") && it.join("bundle.json").exists())
}

/// All files and links below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap());
    let mut files = Vec::new();
    for it in entries {
        match it.file_type().unwrap().is_dir() {
            true => files.extend(self::files(&it.path())),
            false => files.push(it.path()),
        }
    }
    files.sort();
    files
}

#[test]
fn what_is_at_its_place_is_whole() {
    let made = Made::new();
    made.compile("report.c", "report", &[]);
    fs::create_dir(made.at("data")).unwrap();
    for number in 0..200 {
        fs::write(made.at(&format!("data/{number}")), "").unwrap();
    }
    let folder = made.at("into");
    fs::create_dir(&folder).unwrap();
    let out = folder.join("out");
    let args = ["report", "--with", "data", "--out", "into/out"];
    Ran::of(&mut made.bundle(&args)).succeeded();
    let whole = files(&out);
    // Something is replaced, or nothing is.
    for is_older in [true, false] {
        for _ in 0..6 {
            if !is_older {
                _ = fs::remove_dir_all(&out);
            }
            let is_there = || is_about_to_be_there(&folder);
            let output = interrupted(&mut made.bundle(&args), is_there, Duration::ZERO);
            let is_in_time = was_in_time(&output);
            match &*names(&folder) {
                [] => assert!(is_in_time && !is_older),
                [name] if name == "out" => assert!(files(&out) == whole, "{output:?}"),
                names => panic!("{names:?}"),
            }
        }
    }
}

#[test]
fn who_is_to_ignore_interrupts_does() {
    let made = Made::new();
    made.compile("report.c", "report", &[]);
    let folder = made.at("into");
    fs::create_dir(&folder).unwrap();
    let bundle = made.bundle(&["report", "--out", "into/out"]);
    let mut ignoring = Command::new("sh");
    ignoring.args(["-c", "trap '' INT; exec \"$@\"", "sh"]);
    ignoring.arg(bundle.get_program()).args(bundle.get_args());
    let folders = bundle.get_current_dir().unwrap();
    ignoring.current_dir(folders);
    ignoring.envs(
        bundle
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let is_there = || !names(&folder).is_empty();
    let output = interrupted(&mut ignoring, is_there, Duration::ZERO);
    assert!(output.status.success(), "{output:?}");
    Ran::of(&mut crate::made::clean(folder.join("out/bin/report"))).succeeded();
}
