//! Homes that have no room, or that cannot be written to. They are file systems in a mount namespace.

use std::process::{Command, Output};

use crate::nix::text;
use crate::world::Scene;
use crate::writer;

/// Runs shell commands in a mount namespace of their own. `$H` is the home, `"$@"` the command that writes a pin.
fn in_namespace(scene: &Scene, script: &str) -> Output {
    let Scene {
        world,
        program,
        package,
        ..
    } = scene;
    let home = world.folder().join("home");
    std::fs::create_dir_all(&home).expect("a folder");
    let state = ldshim::pin::State::at(home.join("ldshim"));
    let writer = writer::command(&state, program, package, &world.soname("a"));
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script, "sh"]);
    command.arg(writer.get_program()).args(writer.get_args());
    command.env(writer::VARIABLE, "1").env("H", home);
    command.env("LDSHIM", env!("CARGO_BIN_EXE_ldshim"));
    command.output().expect("util-linux")
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// The message names the directory and the reason.
pub fn a_read_only_home_is_a_clear_error() {
    let scene = Scene::new();
    let script = "mount -t tmpfs none \"$H\"; mount -o remount,ro \"$H\"; \"$@\"";
    let output = in_namespace(&scene, script);
    let (_, error) = texts(&output);
    assert!(!output.status.success());
    let expected = format!(
        "cannot write {}",
        text(&scene.world.folder().join("home/ldshim"))
    );
    assert!(error.contains(&expected), "{error}");
    assert!(error.contains("Read-only file system"), "{error}");

    // A pin that is there is listed all the same, and can be verified.
    let script = "mount -t tmpfs none \"$H\"; \"$@\" && mount -o remount,ro \"$H\" && XDG_STATE_HOME=\"$H\" \"$LDSHIM\" pins --verify";
    let output = in_namespace(&scene, script);
    let (listed, told) = texts(&output);
    assert!(output.status.success(), "{told}");
    assert!(
        listed.contains("holds") && listed.contains(text(&scene.program)),
        "{listed}"
    );
    assert!(
        told.contains("cannot note that pins were verified"),
        "{told}"
    );
}

/// However much room there is: the writer fails with the reason and leaves nothing, or succeeds.
pub fn a_full_disk_is_a_clear_error_and_changes_nothing() {
    let scene = Scene::new();
    let mut failures = 0;
    for inodes in 2.. {
        // Once with few files, and at the end with no room in them: a page is what it can give.
        let script = format!(
            "mount -t tmpfs -o nr_inodes={inodes},size=1m none \"$H\"; \"$@\"; s=$?; \
             find $H -mindepth 3 -printf '%P ' ; exit $s"
        );
        let output = in_namespace(&scene, &script);
        let (left, error) = texts(&output);
        if output.status.success() {
            break;
        }
        failures += 1;
        assert!(
            error.contains("No space left on device"),
            "{inodes}: {error}"
        );
        assert!(error.contains("cannot "), "{error}");
        assert_eq!(left, "", "{inodes}");
    }
    assert!(failures > 5, "{failures}");
    let script =
        "mount -t tmpfs -o size=4k none \"$H\"; \"$@\"; s=$?; find $H -mindepth 3; exit $s";
    let output = in_namespace(&scene, script);
    let (left, error) = texts(&output);
    assert!(!output.status.success());
    assert!(error.contains("No space left on device"), "{error}");
    assert_eq!(left, "");
}
