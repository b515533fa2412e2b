//! One program, a shell, started in odd ways.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::common::Ran;
use crate::place::{PLACE, Place};

/// A way to start it; panics if it does not start so.
type Start = fn(&Place);

/// Each with the name of its tests.
pub const STARTS: &[(&str, Start)] = &[
    ("starts_by_its_file", by_its_file),
    ("starts_through_links", through_links),
    ("starts_through_path", through_path),
    ("starts_by_a_relative_path", by_a_relative_path),
    ("starts_with_another_argv0", with_another_argv0),
    (
        "starts_from_a_folder_that_is_gone",
        from_a_folder_that_is_gone,
    ),
    ("starts_when_moved", when_moved),
    ("refuses_to_start_setuid", refuses_setuid),
];

/// What the shell is to do, and what it then says.
const SAYS: &str = "echo bash $((6 * 7)) ${LD_LIBRARY_PATH-unset}";
const SAID: &str = "bash 42 unset\n";

fn by_its_file(place: &Place) {
    assert_eq!(place.run(&["-c", SAYS]), SAID);
    let file = fs::canonicalize(place.bundle.join("bin/bash")).unwrap();
    let file = file.strip_prefix(&place.bundle).unwrap();
    let ran = place.ran(format!("{PLACE}/{}", file.display()), &["-c", SAYS]);
    assert_eq!(ran.succeeded().stdout, SAID);
}

fn through_links(place: &Place) {
    symlink(place.program(), place.outside("one")).unwrap();
    symlink("one", place.outside("two")).unwrap();
    assert_eq!(
        place.ran("/tmp/two", &["-c", SAYS]).succeeded().stdout,
        SAID
    );
}

fn through_path(place: &Place) {
    let script = format!("PATH='{PLACE}/bin':$PATH; cd /; exec bash -c '{SAYS}'");
    assert_eq!(place.shell(&script).succeeded().stdout, SAID);
}

fn by_a_relative_path(place: &Place) {
    let script = format!("cd '{PLACE}/bin/..'; exec ./bin/../bin/bash -c '{SAYS}'");
    assert_eq!(place.shell(&script).succeeded().stdout, SAID);
}

fn with_another_argv0(place: &Place) {
    for name in ["other", "", "/no/such/file"] {
        let mut command = place.command(place.program());
        let script = format!("{SAYS}; echo \"$0\"");
        let ran = Ran::of(command.arg0(name).args(["-c", &script])).succeeded();
        assert_eq!(ran.stdout, format!("{SAID}{name}\n"));
    }
}

fn from_a_folder_that_is_gone(place: &Place) {
    let script = format!(
        "mkdir /tmp/gone; cd /tmp/gone; rmdir /tmp/gone; exec '{}' -c '{SAYS}'",
        place.program()
    );
    let ran = place.shell(&script).succeeded();
    assert_eq!(ran.stdout, SAID);
}

fn when_moved(place: &Place) {
    copy_bundle(place);
    let script = format!("mv /tmp/copy '/tmp/moved to'; exec '/tmp/moved to/bin/bash' -c '{SAYS}'");
    assert_eq!(place.shell(&script).succeeded().stdout, SAID);
}

fn refuses_setuid(place: &Place) {
    copy_bundle(place);
    let file = fs::canonicalize(place.outside("copy/bin/bash")).unwrap();
    let inside = file.strip_prefix(place.outside("")).unwrap();
    let inside = format!("/tmp/{}", inside.display());
    let ran_by_another_user = || {
        let mut command = Command::new(&inside);
        command.args(["-c", SAYS]).env_clear();
        place.root().apply_to(&mut command, "/tmp");
        // SAFETY: the closure makes system calls and nothing else.
        #[allow(unsafe_code)]
        unsafe {
            command.pre_exec(|| {
                nix::unistd::setgid(65534.into())?;
                Ok(nix::unistd::setuid(65534.into())?)
            })
        };
        Ran::of(&mut command)
    };
    assert_eq!(ran_by_another_user().succeeded().stdout, SAID);
    chown(&file, Some(0), Some(0)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o4755)).unwrap();
    let ran = ran_by_another_user();
    assert_eq!(ran.code, Some(127), "{ran:?}");
    assert!(ran.stderr.contains("setuid"), "{ran:?}");
    assert_eq!(ran.stdout, "");
}

/// A copy in /tmp of the root, where it can be changed.
fn copy_bundle(place: &Place) {
    let mut copy = Command::new("cp");
    copy.arg("-a").arg(&place.bundle).arg(place.outside("copy"));
    Ran::of(&mut copy).succeeded();
}
