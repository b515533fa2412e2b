//! What is seen of commands: real ones, made by the compiler or of the machine's shell.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ldshim::watch::{Access, Ending, Seen, Watched, watch};
use nix::errno::Errno;
use tempfile::TempDir;

/// A folder for a test, with its links followed.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let path = folder.path().canonicalize().expect("it is there");
    (folder, path)
}

/// Runs a script of the shell in a folder.
fn shell(script: &str, folder: &Path) -> Watched {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]).current_dir(folder);
    run(&mut command)
}

fn run(command: &mut Command) -> Watched {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    watch(command).expect("it can be watched")
}

/// Compiles a program from a source of this folder.
fn compile(source: &str, out: &Path, flags: &[&str]) {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/watch"));
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-Wall", "-D_GNU_SOURCE", "-o"]);
    compiler.arg(out).arg(folder.join(source)).args(flags);
    let status = compiler.status().expect("the C compiler can be started");
    assert!(status.success(), "{compiler:?}: {status}");
}

/// What was seen of a path.
fn of<'a>(watched: &'a Watched, path: &Path) -> Vec<&'a Seen> {
    let seen = watched.seen.iter();
    seen.filter(|it| it.path == path).collect()
}

#[test]
fn what_is_opened_is_seen_with_its_result() {
    let (_kept, folder) = folder();
    fs::write(folder.join("there"), "").unwrap();
    let watched = shell("read x <there; read x <missing; : >made", &folder);
    for (name, access, error) in [
        ("there", Access::Read, None),
        ("missing", Access::Read, Some(Errno::ENOENT)),
        ("made", Access::Write, None),
    ] {
        let path = folder.join(name);
        let [seen] = of(&watched, &path)[..] else {
            panic!("{name}: {watched:?}");
        };
        assert_eq!((seen.access, seen.error), (access, error), "{name}");
        assert_eq!(seen.file, error.is_none().then_some(path), "{name}");
        assert_eq!(seen.by, Path::new("/bin/sh").canonicalize().unwrap());
    }
    assert!(of(&watched, &folder.join("other")).is_empty());
}

#[test]
fn the_file_behind_a_link_is_seen() {
    let (_kept, folder) = folder();
    fs::write(folder.join("file"), "").unwrap();
    std::os::unix::fs::symlink("file", folder.join("link")).unwrap();
    let watched = shell("read x <link", &folder);
    let [seen] = of(&watched, &folder.join("link"))[..] else {
        panic!("{watched:?}");
    };
    assert_eq!(seen.file, Some(folder.join("file")));
}

#[test]
fn names_that_are_given_by_renaming_and_linking_are_written() {
    let (_kept, folder) = folder();
    let script = "mkdir d; ln -s d way; : >a; mv a way/b; ln d/b way/c; ln -s b d/link; ln -s none way/free; mv none e";
    let watched = shell(script, &folder);
    let written: Vec<_> = watched
        .seen
        .iter()
        .filter(|it| it.access == Access::Write && it.error.is_none())
        .filter_map(|it| it.file.as_deref()?.strip_prefix(&folder).ok())
        .collect();
    let names = ["way", "a", "d/b", "d/c", "d/link", "d/free"];
    assert_eq!(written, names.map(Path::new), "{watched:?}");
}

#[test]
fn looks_that_open_nothing_are_seen() {
    let (_kept, folder) = folder();
    let watched = shell("test -e missing", &folder);
    let [seen] = of(&watched, &folder.join("missing"))[..] else {
        panic!("{watched:?}");
    };
    assert_eq!(seen.access, Access::Look);
    assert_eq!(seen.error, Some(Errno::ENOENT));
}

#[test]
fn children_and_what_is_executed_are_seen_with_their_loaders() {
    let (_kept, folder) = folder();
    let watched = shell("cat missing; true", &folder);
    let cat = Path::new("/bin/cat").canonicalize().unwrap();
    let executed = |it: &&Seen| it.access == Access::Execute && it.error.is_none();
    let programs: Vec<_> = watched
        .seen
        .iter()
        .filter(executed)
        .map(|it| it.file.clone())
        .collect();
    assert!(programs.contains(&Some(cat.clone())), "{programs:?}");
    let loader = Path::new("/lib64/ld-linux-x86-64.so.2")
        .canonicalize()
        .unwrap();
    let is_loader = |it: &Seen| it.access == Access::Interpreter && it.path == loader;
    assert_eq!(
        watched.seen.iter().filter(|it| is_loader(it)).count(),
        programs.len()
    );
    assert_eq!(of(&watched, &folder.join("missing"))[0].by, cat);
}

#[test]
fn failed_starts_are_seen() {
    let (_kept, folder) = folder();
    let script = "PATH=$PWD/a:$PWD/b; export PATH; env_is_not_there; exec /no/such";
    let watched = shell(script, &folder);
    assert_eq!(watched.ending, Ending::Exit(127));
    let [seen] = of(&watched, Path::new("/no/such"))[..] else {
        panic!("{watched:?}");
    };
    assert_eq!(
        (seen.access, seen.error),
        (Access::Execute, Some(Errno::ENOENT))
    );
    assert!(!of(&watched, &folder.join("b/env_is_not_there")).is_empty());
}

#[test]
fn all_threads_are_seen_and_one_may_execute_another_program() {
    let (_kept, folder) = folder();
    let program = folder.join("threads");
    compile("threads.c", &program, &["-pthread"]);
    let watched = run(Command::new(&program).current_dir(&folder));
    assert_eq!(watched.ending, Ending::Exit(7), "{watched:?}");
    for number in 0..8 {
        assert_eq!(
            of(&watched, &folder.join(format!("thread-{number}"))).len(),
            100
        );
    }
    let executed = of(&watched, Path::new("/bin/sh"));
    assert!(
        executed
            .iter()
            .any(|it| it.access == Access::Execute && it.error.is_none())
    );
    assert_eq!(of(&watched, &folder.join("by-sh")).len(), 1);
}

#[test]
fn programs_of_32_bits_are_seen() {
    let (_kept, folder) = folder();
    let program = folder.join("i686");
    compile(
        "i686.c",
        &program,
        &["-m32", "-nostdlib", "-static", "-fno-pie", "-no-pie"],
    );
    let watched = run(Command::new(&program).current_dir(&folder));
    assert_eq!(watched.ending, Ending::Exit(3));
    assert_eq!(
        of(&watched, &folder.join("by-i686")).len(),
        1,
        "{watched:?}"
    );
}

#[test]
fn it_ends_as_the_command_does() {
    let (_kept, folder) = folder();
    assert_eq!(shell("exit 23", &folder).ending, Ending::Exit(23));
    assert_eq!(shell("kill -KILL $$", &folder).ending, Ending::Signal(9));
    assert_eq!(shell("kill -34 $$", &folder).ending, Ending::Signal(34));
    // A real-time signal with a handler, as the threads of glibc get them.
    assert_eq!(
        shell(
            "trap 'exit 5' RTMIN+1 2>/dev/null || trap 'exit 5' 35; kill -35 $$",
            &folder
        )
        .ending,
        Ending::Exit(5)
    );
}

#[test]
fn children_that_are_left_are_waited_for() {
    let (_kept, folder) = folder();
    let watched = shell("(sleep 0.3; read x <late) & exit 4", &folder);
    assert_eq!(watched.ending, Ending::Exit(4));
    assert_eq!(of(&watched, &folder.join("late")).len(), 1);
}

#[test]
fn stopped_commands_stay_stopped_until_they_are_continued() {
    let (_kept, folder) = folder();
    let script = "(while sleep 0.1; do : >continued; kill -CONT $$ || break; done) 2>/dev/null & \
        kill -STOP $$; test -e continued && exit 6";
    let watched = shell(script, &folder);
    assert_eq!(watched.ending, Ending::Exit(6));
}

#[test]
fn a_command_that_is_not_there_is_an_error() {
    let error = watch(&mut Command::new("/no/such/program")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot run /no/such/program: No such file or directory"
    );
}

#[test]
fn a_call_that_a_signal_has_made_the_kernel_begin_again_is_seen_once() {
    let (_kept, folder) = folder();
    // A reader waits for somebody who writes, and is stopped meanwhile.
    let script = "mkfifo pipe; cat <pipe & sleep 0.3; kill -STOP $!; sleep 0.1; kill -CONT $!; sleep 0.1; : >pipe; wait";
    let watched = shell(script, &folder);
    let pipe = folder.join("pipe");
    let read: Vec<_> = of(&watched, &pipe)
        .into_iter()
        .filter(|it| it.access == Access::Read)
        .collect();
    let [seen] = read[..] else {
        panic!("{watched:?}");
    };
    assert_eq!(seen.error, None);
}
