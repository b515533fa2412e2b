//! `ldshim pin --system`: for programs that have more rights than whoever starts them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::Command;

use super::ground::{Ground, Ran};
use crate::nix::text;

/// A ground whose stub has the library environment baked in; and a program that
/// needs `a` and `b`. It has `b` from this folder, which is not in the store.
fn with_baked_stub() -> (Ground, PathBuf, PathBuf) {
    let mut ground = Ground::new();
    let outside = ground.library("outside", "b", "2", &[]);
    ground.put_into_environment(&ground.soname("b"), &outside);
    let configured = ground.path("stub");
    let environment = ground.environment();
    let mut configure = ground.command(&["stub", "configure", "--in", text(&ground.stub)]);
    configure.args(["--out", text(&configured)]);
    configure.args(["--loader", text(&environment.join("ld.so"))]);
    configure.args(["--library-dir", text(environment)]);
    Ran::of(&mut configure).succeeded();
    ground.stub = configured;
    let program = ground.program("program", &["a", "b"]);
    ground.add_to_index(&[&ground.package("p", "a", 1)]);
    let folder = outside.parent().expect("a folder").to_owned();
    (ground, program, folder)
}

/// Runs `ldshim pin --system` on an `/etc` that nobody else sees.
fn pin(ground: &Ground, variables: &[(&str, &str)]) -> Ran {
    let script = r#"cp -a /etc "$ETC" && rm -rf "$ETC/ldshim" && mount --bind "$ETC" /etc &&
        "$LDSHIM" pin --system ./program && ls /etc/ldshim/pins"#;
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script]);
    command.env("LDSHIM", env!("CARGO_BIN_EXE_ldshim"));
    let etc = tempfile::tempdir_in(ground.world.folder()).expect("a folder");
    command.env("ETC", etc.path().join("etc"));
    command.env("LDSHIM_STUB", &ground.stub);
    Ran::of(
        ground
            .in_session(&mut command)
            .envs(variables.iter().copied()),
    )
}

pub fn what_the_session_says_does_not_count() {
    let (ground, program, _) = with_baked_stub();
    let linked = ground.path("linked/lib");
    for (variable, value) in [
        ("LD_LIBRARY_PATH", text(&linked)),
        ("NIX_LD_LIBRARY_PATH", text(&linked)),
        ("NIX_LD", "/nowhere"),
    ] {
        let ran = pin(&ground, &[(variable, value)]).succeeded();
        assert!(ran.stdout.contains(&ground.identity(&program)), "{ran:?}");
        let missing = format!("{}: missing", ground.soname("a"));
        assert!(ran.stdout.contains(&missing), "{ran:?}");
        assert!(!ran.stdout.contains(&ground.soname("b")), "{ran:?}");
    }
}

pub fn libraries_that_others_may_change_are_refused() {
    let (ground, _, folder) = with_baked_stub();
    pin(&ground, &[]).succeeded();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("root may");
    pin(&ground, &[]).failed_with("others than root may write to");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("root may");
    chown(&folder, Some(65534), None).expect("root may");
    pin(&ground, &[]).failed_with("does not belong to root");
}

pub fn an_index_of_somebody_else_is_refused() {
    let (ground, ..) = with_baked_stub();
    chown(ground.path("cache"), Some(65534), None).expect("root may");
    pin(&ground, &[]).failed_with("cannot trust the index");
}
