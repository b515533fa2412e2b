//! Writing: the old file or the new one, and everything that belongs to a file stays with it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::{Command, Stdio};

use crate::common::Ran;
use crate::made::{DENSE, Made, PADDED, STORE_PATH, patch, printed};

#[test]
fn mode_owner_and_attributes_stay() {
    let made = Made::new(PADDED);
    let app = made.app();
    let has_attributes = xattr::set(&app, "user.test", b"kept").is_ok();
    fs::set_permissions(&app, Permissions::from_mode(0o4751)).unwrap();
    let before = fs::metadata(&app).unwrap();
    drop(patch(&["--set-rpath", STORE_PATH], &[&app]).succeeded());
    let after = fs::metadata(&app).unwrap();
    assert_eq!(after.mode(), before.mode());
    assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
    assert_ne!(after.ino(), before.ino(), "a new file");
    if has_attributes {
        assert_eq!(xattr::get(&app, "user.test").unwrap().unwrap(), b"kept");
    }
}

#[test]
fn capabilities_stay_which_only_root_can_give() {
    let made = Made::new(PADDED);
    let capabilities = || Ran::of(Command::new("/sbin/getcap").arg(made.app())).stdout;
    let given = Ran::of(
        Command::new("/sbin/setcap")
            .arg("cap_net_raw+ep")
            .arg(made.app()),
    );
    if !nix::unistd::geteuid().is_root() {
        assert_ne!(given.code, Some(0));
        return;
    }
    drop(given.succeeded());
    let before = capabilities();
    assert!(before.contains("cap_net_raw=ep"), "{before}");
    drop(patch(&["--set-rpath", STORE_PATH], &[&made.app()]).succeeded());
    assert_eq!(capabilities(), before);
}

#[test]
fn a_link_stays_one_and_what_it_leads_to_is_changed() {
    let made = Made::new(PADDED);
    symlink("app", made.path("link")).unwrap();
    drop(patch(&["--set-rpath", "/a"], &[&made.path("link")]).succeeded());
    assert!(made.path("link").is_symlink());
    assert_eq!(printed("rpath", &made.app()), "/a");
}

#[test]
fn another_name_of_the_file_keeps_the_old_contents_which_is_said() {
    let made = Made::new(PADDED);
    fs::hard_link(made.app(), made.path("other")).unwrap();
    let ran = patch(&["--set-rpath", "/a"], &[&made.app()]).succeeded();
    assert!(ran.stderr.contains("hard links"), "{}", ran.stderr);
    assert_eq!(printed("rpath", &made.path("other")), "$ORIGIN");
}

#[test]
fn a_program_that_runs_can_be_changed() {
    let made = Made::empty();
    made.write(
        "wait.c",
        "#include <stdio.h>\nint main(void) { puts(\"up\"); fflush(stdout); getchar(); return 7; }",
    );
    made.compile("app", "wait.c", &[]);
    let mut child = Command::new(made.app())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut up = [0; 3];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut up).unwrap();
    // A negative control: the file itself cannot be written to.
    let error = fs::OpenOptions::new()
        .write(true)
        .open(made.app())
        .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ExecutableFileBusy);
    drop(patch(&["--set-rpath", STORE_PATH], &[&made.app()]).succeeded());
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(7));
    assert_eq!(printed("rpath", &made.app()), STORE_PATH);
}

#[test]
fn where_the_new_file_cannot_be_written_the_old_one_stays_whole() {
    let made = Made::new(DENSE);
    let before = fs::read(made.app()).unwrap();
    // More than one block may not be written: the writer is killed by a signal, or told so if it ignores that.
    for trap in ["", "trap '' XFSZ; "] {
        let script =
            format!("{trap}ulimit -f 1; exec \"$0\" patch --set-rpath {STORE_PATH} \"$1\"");
        let mut command = Command::new("bash");
        command
            .args(["-c", &script, env!("CARGO_BIN_EXE_ldshim")])
            .arg(made.app());
        let ran = Ran::of(&mut command);
        assert_ne!(ran.code, Some(0), "{ran:?}");
        if !trap.is_empty() {
            assert_eq!(ran.code, Some(1), "{ran:?}");
            assert!(
                ran.stderr.contains("cannot change") && ran.stderr.contains("File too large"),
                "{ran:?}"
            );
        }
        assert!(fs::read(made.app()).unwrap() == before);
    }
    made.works();
}

#[test]
fn what_is_killed_anywhere_leaves_the_old_file_or_the_new_one() {
    let made = Made::new(DENSE);
    let old = fs::read(made.app()).unwrap();
    fs::copy(made.app(), made.path("new")).unwrap();
    drop(patch(&["--set-rpath", STORE_PATH], &[&made.path("new")]).succeeded());
    let new = fs::read(made.path("new")).unwrap();
    let mut seen = (0, 0);
    // What changes files; how often each is called does not matter, for strace kills at the first calls one after the other.
    for call in [
        "openat",
        "copy_file_range",
        "ftruncate",
        "pwrite64",
        "fchmod",
        "fsync",
        "rename",
    ] {
        for number in 1..=3 {
            fs::write(made.app(), &old).unwrap();
            let inject = format!("inject={call}:signal=SIGKILL:when={number}");
            let mut command = Command::new("strace");
            command.args([
                "-f",
                "-o",
                "/dev/null",
                "-e",
                &format!("trace={call}"),
                "-e",
                &inject,
            ]);
            command
                .arg(env!("CARGO_BIN_EXE_ldshim"))
                .args(["patch", "--set-rpath", STORE_PATH])
                .arg(made.app());
            let _killed = Ran::of(&mut command);
            let now = fs::read(made.app()).unwrap();
            match (now == old, now == new) {
                (true, _) => seen.0 += 1,
                (_, true) => seen.1 += 1,
                _ => panic!("{call} {number}: neither the old file nor the new one"),
            }
        }
    }
    assert!(seen.0 > 3 && seen.1 > 3, "both were seen: {seen:?}");
}

#[test]
fn an_output_is_another_file_and_the_first_one_stays() {
    let made = Made::new(PADDED);
    let before = fs::read(made.app()).unwrap();
    let output = made.path("output");
    drop(
        patch(
            &["--set-rpath", "/a", "--output", output.to_str().unwrap()],
            &[&made.app()],
        )
        .succeeded(),
    );
    assert!(fs::read(made.app()).unwrap() == before);
    assert_eq!(printed("rpath", &output), "/a");
    assert!(fs::metadata(&output).unwrap().mode() & 0o100 != 0);
    drop(
        patch(
            &["--set-rpath", "/a", "--output", "/dev/null"],
            &[&made.app()],
        )
        .succeeded(),
    );
}

#[test]
fn an_output_that_is_there_keeps_its_mode_and_a_link_leads_to_a_new_file() {
    let made = Made::new(PADDED);
    let output = made.path("output");
    fs::write(&output, "older").unwrap();
    fs::set_permissions(&output, Permissions::from_mode(0o600)).unwrap();
    let to = |name: &str| {
        patch(
            &[
                "--set-rpath",
                "/a",
                "--output",
                made.path(name).to_str().unwrap(),
            ],
            &[&made.app()],
        )
    };
    drop(to("output").succeeded());
    assert_eq!(fs::metadata(&output).unwrap().mode() & 0o777, 0o600);
    symlink("not-yet", made.path("dangling")).unwrap();
    drop(to("dangling").succeeded());
    assert!(made.path("dangling").is_symlink());
    assert_eq!(printed("rpath", &made.path("not-yet")), "/a");
}
