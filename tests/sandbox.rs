//! Roots made by `ldshim::sandbox`, entered by real programs of this host.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ldshim::elf::interpreter;
use ldshim::sandbox::Root;
use tempfile::TempDir;

/// An id that owns nothing.
const NOBODY: u32 = 65534;

/// The file this very process has mapped whose name starts with `prefix`.
fn mapped(prefix: &str) -> PathBuf {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut paths = maps
        .lines()
        .filter_map(|line| line.split_once('/').map(|(_, path)| path));
    let found = paths.find(|path| path.rsplit('/').next().unwrap().starts_with(prefix));
    Path::new("/").join(found.unwrap_or_else(|| panic!("{prefix} is not mapped")))
}

/// The folder of a program from this host.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.exists());
    found.unwrap().canonicalize().unwrap()
}

/// A NixOS-like root with this host's programs and libraries at places where none looks for them.
fn bare_root() -> Root {
    Root::nixos_like()
        .bind_read_only(mapped("libc.so").parent().unwrap(), "/host/lib")
        .bind_read_only(mapped("ld-linux"), "/host/loader")
        .bind_read_only(program("sh"), "/host/sh")
        .bind_read_only(program("ls"), "/host/ls")
        .bind_read_only(program("cat"), "/host/cat")
}

/// A program of [`bare_root`], started by the host's loader.
fn start(arguments: &[&str]) -> Command {
    let mut command = Command::new("/host/loader");
    command
        .args(["--library-path", "/host/lib"])
        .args(arguments);
    command
}

/// A directory that everybody may look into.
fn shared_directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    directory
}

fn stdout(output: &Output) -> &str {
    assert!(output.status.success(), "{output:?}");
    str::from_utf8(&output.stdout).unwrap()
}

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

#[test]
fn a_nixos_like_root_shows_nothing_else_of_the_host() {
    let output = bare_root()
        .apply_to(&mut start(&["/host/ls", "-A", "/"]), "/")
        .output()
        .unwrap();
    let mut expected = vec!["dev", "host"];
    if Path::new("/nix").is_dir() {
        expected.push("nix");
    }
    expected.extend(["proc", "tmp"]);
    assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_foreign_program_is_not_found_where_its_loader_is_missing() {
    let mut without = Command::new("/host/ls");
    let error = bare_root().apply_to(&mut without, "/").spawn().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);

    let place = interpreter(&program("ls")).unwrap().unwrap();
    let mut with = Command::new("/host/ls");
    with.env("LD_LIBRARY_PATH", "/host/lib");
    let root = bare_root().link("/host/loader", place);
    assert!(root.apply_to(&mut with, "/").status().unwrap().success());
}

#[test]
fn a_root_like_the_hosts_has_the_same_entries_and_more() {
    // Names are bytes, and any host may have odd ones.
    let names = |output: &Output| -> Vec<Vec<u8>> {
        assert!(output.status.success(), "{output:?}");
        let lines = output.stdout.split(|&byte| byte == b'\n');
        lines.map(<[u8]>::to_vec).collect()
    };
    let host = names(&Command::new("ls").args(["-A", "/"]).output().unwrap());
    let root = Root::like_host().unwrap().directory("/more-than-the-host");
    let mut ls = Command::new("ls");
    let inside = names(&root.apply_to(ls.args(["-A", "/"]), "/").output().unwrap());
    let (more, same): (Vec<_>, Vec<_>) = inside
        .into_iter()
        .partition(|name| name == b"more-than-the-host");
    assert_eq!(more.len(), 1);
    assert_eq!(same, host);
}

#[test]
fn files_directories_and_links_are_where_the_root_says() {
    let host = shared_directory();
    fs::write(host.path().join("file"), "of the host").unwrap();
    let root = bare_root()
        .bind(host.path().join("file"), "/deep/er/file")
        .bind(host.path(), "/directory")
        .link("er/file", "/deep/link")
        .directory("/empty/directory");
    let script = "/host/loader --library-path /host/lib /host/cat /deep/link /directory/file; cd /empty/directory && pwd";
    let output = root
        .apply_to(&mut start(&["/host/sh", "-c", script]), "/deep")
        .output()
        .unwrap();
    assert_eq!(stdout(&output), "of the hostof the host/empty/directory\n");
}

#[test]
fn what_is_bound_read_only_cannot_be_written() {
    let host = shared_directory();
    fs::set_permissions(host.path(), Permissions::from_mode(0o777)).unwrap();
    let root = bare_root()
        .bind(host.path(), "/open")
        .bind_read_only(host.path(), "/closed");
    let write = |place: &str| {
        let script = format!(": > {place}/file");
        root.apply_to(&mut start(&["/host/sh", "-c", &script]), "/")
            .output()
            .unwrap()
            .status
    };
    assert!(!write("/closed").success());
    assert!(!host.path().join("file").exists());
    assert!(write("/open").success());
    assert!(host.path().join("file").exists());
}

#[test]
fn a_program_of_the_root_hides_what_the_host_has_there_and_changes_nothing() {
    let shared = shared_directory();
    let (file, new) = (shared.path().join("file"), Path::new("/made/here/file"));
    fs::write(&file, "the host's").unwrap();
    let root = bare_root().bind(shared.path(), shared.path());
    let root = root.program(b"the root's".to_vec(), &file);
    let root = root.program(b" own".to_vec(), new);
    let paths = [file.to_str().unwrap(), new.to_str().unwrap()];
    let arguments = [&["/host/cat"][..], &paths].concat();
    let output = root.apply_to(&mut start(&arguments), "/").output().unwrap();
    assert_eq!(stdout(&output), "the root's own");
    assert_eq!(fs::read_to_string(&file).unwrap(), "the host's");
}

#[test]
fn nothing_is_made_on_the_hosts_disk() {
    let host = shared_directory();
    let root = bare_root()
        .bind(host.path(), "/host-folder")
        .directory("/host-folder/made");
    let output = root.apply_to(&mut start(&["/host/ls", "/"]), "/").output();
    assert!(output.is_err());
    assert!(!host.path().join("made").exists());
}

#[test]
fn tmp_is_not_the_hosts() {
    let host = shared_directory();
    let name = host.path().to_str().unwrap();
    let test = format!("test -d {name}");
    assert!(
        Command::new("sh")
            .args(["-c", &test])
            .status()
            .unwrap()
            .success()
    );
    let root = bare_root();
    assert!(
        !root
            .apply_to(&mut start(&["/host/sh", "-c", &test]), "/")
            .status()
            .unwrap()
            .success()
    );
    let write = ": > /tmp/file && test -f /tmp/file";
    assert!(
        root.apply_to(&mut start(&["/host/sh", "-c", write]), "/")
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn mounts_stay_unknown_to_the_host() {
    let before = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let mut command = start(&["/host/cat", "/proc/self/mountinfo"]);
    let inside = bare_root().apply_to(&mut command, "/").output().unwrap();
    assert!(stdout(&inside).contains("/host/loader"));
    assert_eq!(fs::read_to_string("/proc/self/mountinfo").unwrap(), before);
}

#[test]
fn an_ordinary_user_may_enter_and_keeps_the_ids() {
    let mut command = Command::new("sh");
    command.args(["-c", "id -u; id -g; readlink /proc/self/ns/user"]);
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let root = Root::like_host().unwrap().directory("/more-than-the-host");
    let output = root
        .apply_to(&mut command, "/more-than-the-host")
        .output()
        .unwrap();
    let lines: Vec<&str> = stdout(&output).lines().collect();
    let ids = if is_root() {
        (NOBODY, NOBODY)
    } else {
        (
            nix::unistd::geteuid().as_raw(),
            nix::unistd::getegid().as_raw(),
        )
    };
    assert_eq!(lines[..2], [ids.0.to_string(), ids.1.to_string()]);
    let own = fs::read_link("/proc/self/ns/user").unwrap();
    assert_ne!(
        Path::new(lines[2]),
        own,
        "an ordinary user needs a user namespace"
    );
}

#[test]
fn a_missing_source_is_named() {
    let mut command = Command::new("/bin/sh");
    let script = Root::new().bind("/no/such/file", "/there");
    let child = script.apply_to(command.stderr(std::process::Stdio::piped()), "/");
    assert!(child.spawn().is_err());
    let error = script.enter(Path::new("/")).unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "cannot mount /no/such/file on /there: No such file or directory (os error 2)"
    );
}

#[test]
fn a_relative_target_is_refused() {
    for odd in ["there", "/there/../etc"] {
        let error = Root::new()
            .directory(odd)
            .enter(Path::new("/"))
            .unwrap_err();
        assert_eq!(
            format!("{error:#}"),
            format!("cannot put anything at {odd}: not an absolute path")
        );
    }
}
