//! `ldshim bundle --check`: a bundle that is right passes, and one that is broken does not, with the reason.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::bundles::{bundle, ldshim};
use crate::common::{Ran, store_path};
use crate::programs::{PROGRAMS, Program, shell, store_program};

/// Each with the name of its test.
pub const CHECKS: &[(&str, fn())] = &[
    ("check_passes_what_is_right", passes_what_is_right),
    ("check_starts_scripts", starts_scripts),
    ("check_starts_wrappers", starts_wrappers),
    (
        "check_reports_looks_into_the_store",
        reports_looks_into_the_store,
    ),
    (
        "check_reports_libraries_of_the_host",
        reports_libraries_of_the_host,
    ),
    (
        "check_reports_libraries_that_are_missing",
        reports_libraries_that_are_missing,
    ),
    (
        "check_reports_files_that_are_missing",
        reports_files_that_are_missing,
    ),
    (
        "check_lets_signals_end_what_it_runs",
        lets_signals_end_what_it_runs,
    ),
    ("check_leaves_nothing_if_interrupted", leaves_nothing),
    (
        "check_knows_what_it_cannot_check",
        knows_what_it_cannot_check,
    ),
    ("learn_takes_what_is_installed_and_nothing_else", learns),
];

/// A copy of the bundle of a program, and where its file is in it.
struct Copy {
    folder: TempDir,
    file: PathBuf,
}

impl Copy {
    fn of(program: &Program) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let mut copy = Command::new("cp");
        copy.arg("-a")
            .arg(bundle(program))
            .arg(folder.path().join("b"));
        Ran::of(&mut copy).succeeded();
        let link = folder.path().join("b/bin").join(program.file_name());
        let file = link.canonicalize().expect("it is there");
        Self { folder, file }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("b")
    }

    /// Has the program search for libraries nowhere.
    fn remove_search_path(&self) {
        let mut patch = ldshim();
        patch.args(["patch", "--remove-rpath"]).arg(&self.file);
        Ran::of(&mut patch).succeeded();
    }
}

fn check(bundle: &Path, arguments: &[&str]) -> Ran {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut ldshim = ldshim();
    ldshim
        .args(["bundle", "--check"])
        .arg(bundle)
        .arg("--")
        .args(arguments);
    ldshim.env_clear().env("LC_ALL", "C").current_dir(&folder);
    ldshim.stdin(std::process::Stdio::null());
    Ran::of(&mut ldshim)
}

fn passes_what_is_right() {
    let ran = check(&bundle(shell()), &["-c", "echo $((6 * 7))"]).succeeded();
    // As it is, and in five roots.
    assert_eq!(ran.stdout, "42\n".repeat(6));
    assert_eq!(
        ran.stderr.matches("nothing from outside").count(),
        5,
        "{ran:?}"
    );
}

/// A bundle of an executable file with this text, which is called `tool`.
fn bundle_of(text: &str) -> TempDir {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let tool = folder.path().join("tool");
    fs::write(&tool, text).expect("a file");
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let mut ldshim = ldshim();
    ldshim
        .args(["bundle", "--out"])
        .arg(folder.path().join("b"))
        .arg(&tool);
    Ran::of(&mut ldshim).succeeded();
    folder
}

fn starts_scripts() {
    let bash = shell().path();
    let script = |commands| format!("#!{}\n{commands}\n", bash.display());
    let made = bundle_of(&script("/bin/sh -c 'echo $1' sh \"$1\""));
    let ran = check(&made.path().join("b"), &["hello"]).succeeded();
    assert_eq!(ran.stdout, "hello\n".repeat(6), "{ran:?}");
    // Not every system has the commands that this one has.
    let made = bundle_of(&script("/bin/sh -c 'cut -b 1 /etc/passwd' >/dev/null"));
    let ran = check(&made.path().join("b"), &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let said = "looks in vain for /usr/bin/cut, which the original finds";
    assert_eq!(ran.stderr.matches(said).count(), 5, "{ran:?}");
}

fn starts_wrappers() {
    let bash = shell().path();
    let bash = bash.display();
    let made = bundle_of(&format!(
        "#! {bash} -e\nexport GREETING='hello'\nexec -a \"$0\" \"{bash}\"  \"$@\"\n"
    ));
    let test = ["-c", "test \"$GREETING\" = hello"];
    let ran = check(&made.path().join("b"), &test).succeeded();
    let wrapper = made
        .path()
        .join("tool")
        .canonicalize()
        .expect("it is there");
    let said = format!("running the original, {}\n", wrapper.display());
    assert!(ran.stderr.contains(&said), "{ran:?}");
}

fn reports_looks_into_the_store() {
    let ran = check(&bundle(shell()), &["-c", "test -e /nix/store/none || :"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let said = "bash looks for /nix/store/none, which is in the Nix store and not in the bundle";
    assert_eq!(ran.stderr.matches(said).count(), 5, "{ran:?}");
}

fn reports_libraries_of_the_host() {
    let copy = Copy::of(shell());
    copy.remove_search_path();
    let loader = store_path("libc6").join("lib/ld-linux-x86-64.so.2");
    fs::remove_file(copy.path().join("lib/ld.so")).expect("the bundle's loader");
    fs::copy(loader, copy.path().join("lib/ld.so")).expect("it can be copied");
    let ran = check(&copy.path(), &["-c", "exit 0"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for said in [
        "bash takes the host's library /usr/lib/x86_64-linux-gnu/libtinfo.so.6",
        "bash reads /etc/ld.so.cache, by which it finds the host's libraries",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {ran:?}");
    }
}

fn reports_libraries_that_are_missing() {
    let copy = Copy::of(shell());
    fs::remove_file(copy.path().join("lib/libtinfo.so.6")).expect("a library");
    let ran = check(&copy.path(), &["-c", "exit 0"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for said in [
        "bash finds no library libtinfo.so.6; the original finds /nix/store/",
        "bash ends with exit status 127, the original with 0",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {ran:?}");
    }
}

fn reports_files_that_are_missing() {
    let python = PROGRAMS
        .iter()
        .find(|it| it.name == "python")
        .expect("a program");
    let copy = Copy::of(python);
    let prefix = copy
        .file
        .parent()
        .and_then(Path::parent)
        .expect("it is in bin");
    // By this file Python knows where its standard library is.
    fs::remove_file(prefix.join("lib/python3.11/os.py")).expect("a module");
    let ran = check(&copy.path(), &["-c", "import os"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("python3.11 looks in vain for"),
        "{ran:?}"
    );
    let original = store_program("python").join("lib/python3.11/os.py");
    let said = format!("the original finds {}", original.display());
    assert!(ran.stderr.contains(&said), "{ran:?}");
}

fn lets_signals_end_what_it_runs() {
    // Who inherits signals that wait does not notice this one.
    let script = "(kill -TERM $BASHPID; echo goes on); echo $?";
    let ran = check(&bundle(shell()), &["-c", script]).succeeded();
    assert_eq!(ran.stdout, "143\n".repeat(6), "{ran:?}");
}

fn leaves_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut ldshim = ldshim();
    ldshim.args(["bundle", "--check"]).arg(bundle(shell()));
    // It has read its input, and then does not end.
    ldshim.args(["--", "-c", "read line; echo $line; while :; do :; done"]);
    ldshim.env_clear().env("TMPDIR", folder.path());
    let pipe = Stdio::piped;
    let mut child = { ldshim.stdin(pipe()).stdout(pipe()).stderr(Stdio::null()) }
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(b"begun\n").expect("it reads");
    drop(input);
    let mut said = [0; 6];
    let mut output = child.stdout.take().expect("a pipe");
    output.read_exact(&mut said).expect("it writes");
    assert_eq!(&said, b"begun\n");
    let names = || fs::read_dir(folder.path()).expect("a folder").count();
    assert_ne!(names(), 0);
    let process = Pid::from_raw(child.id().try_into().expect("a number"));
    kill(process, Signal::SIGTERM).expect("it runs");
    let status = child.wait().expect("a child");
    assert_eq!(status.signal(), Some(nix::libc::SIGTERM), "{status}");
    assert_eq!(names(), 0);
}

fn knows_what_it_cannot_check() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    check(folder.path(), &[]).failed_with("bundle.json");
    let gone = folder.path().join("gone");
    check(&gone, &[]).failed_with("gone: there is no such file or folder");
    let mut ldshim = ldshim();
    ldshim
        .args(["bundle", "--check"])
        .arg(bundle(shell()))
        .args(["zsh", "--"]);
    Ran::of(&mut ldshim).failed_with("has no program zsh; it has bash");
}

fn learns() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let folder = folder.path().canonicalize().expect("it is there");
    let out = folder.join("bundle");
    fs::write(folder.join("own"), "").expect("a file");
    let bash = shell().path();
    let data = store_program("python").join("lib/python3.11/this.py");
    let script = format!(
        "read x <{}; read x <own; read x </etc/passwd",
        data.display()
    );
    let mut ldshim = ldshim();
    ldshim
        .args(["bundle", "-v", "--learn", "--out"])
        .arg(&out)
        .arg(&bash);
    ldshim
        .arg("--")
        .arg(&bash)
        .args(["-c", &script])
        .current_dir(&folder);
    let ran = Ran::of(&mut ldshim).succeeded();
    let place = data.strip_prefix("/nix/store").expect("it is in the store");
    assert!(out.join("store").join(place).is_file(), "{ran:?}");
    for left in [folder.join("own"), "/etc/passwd".into()] {
        let said = format!("{} stays behind", left.display());
        assert!(ran.stderr.contains(&said), "{ran:?}");
        let place = left.strip_prefix("/").expect("it is absolute");
        assert!(!out.join("root").join(place).exists());
    }
    let script = format!("read x <'{}/store/{}'", out.display(), place.display());
    let mut bundled = Command::new(out.join("bin/bash"));
    Ran::of(bundled.args(["-c", &script])).succeeded();
}
