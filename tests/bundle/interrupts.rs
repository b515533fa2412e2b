//! Ctrl-C while a bundle is written: nothing of it is left, and nothing is said that is no reason.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::common::Ran;
use crate::made::Made;

/// Starts a command, and interrupts it this long after something is in the folder.
fn interrupted(command: &mut Command, folder: &Path, after: Duration) -> Output {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while fs::read_dir(folder).unwrap().next().is_none() {
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
            let output = interrupted(&mut command, &folder, Duration::from_millis(after));
            let said = String::from_utf8_lossy(&output.stderr);
            // It was either too late for the signal, or nothing is there.
            match output.status.code() {
                Some(0) => assert_eq!(names(&folder), ["out"], "{format}"),
                Some(130) => {
                    assert_eq!(names(&folder), [""; 0], "{format}");
                    assert_eq!(said, "", "{format}");
                }
                other => panic!("{format}: {other:?}, {said}"),
            }
            ends.push(output.status.code());
            for name in names(&folder) {
                let path = folder.join(name);
                fs::remove_dir_all(&path)
                    .or_else(|_| fs::remove_file(&path))
                    .unwrap();
            }
        }
    }
    assert!(ends.contains(&Some(130)), "none was early enough: {ends:?}");
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
    let output = interrupted(&mut ignoring, &folder, Duration::ZERO);
    assert!(output.status.success(), "{output:?}");
    Ran::of(&mut crate::made::clean(folder.join("out/bin/report"))).succeeded();
}
