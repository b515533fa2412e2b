//! Pins and the garbage collector. It is asked for single store paths, for others use the store as well.

use std::fs;
use std::path::Path;

use ldshim::pin::{self, Condition, State};

use crate::check::{is_kept, nothing_else, whole_pin};
use crate::nix;
use crate::world::{Scene, World};

/// A package, its manifest, and after the pin is removed neither.
pub fn what_a_pin_needs_is_kept_until_it_is_unpinned() {
    let world = World::new();
    let program = world.program("program", &["a"]);
    let package = world.package("p", &[("a", 42)]);
    let recipe = world.recipe(&program, &package, "a");
    let written = world.write(&recipe).expect("a pin");
    let manifest = written
        .directory
        .join("manifest")
        .canonicalize()
        .expect("a file");
    for path in [&package, &manifest] {
        let told = nix::delete(path).expect_err("it is pinned");
        assert!(told.contains("still alive"), "{told}");
        assert!(path.exists());
    }
    whole_pin(&world.state(), recipe.identity.short).expect("a pin");

    pin::unpin(&world.state(), program.as_os_str()).expect("it is pinned");
    for path in [&manifest, &package] {
        nix::delete(path).expect("nobody keeps it");
        assert!(!path.exists());
    }
}

/// The negative control: what is kept above is kept by the pin.
pub fn what_no_pin_needs_can_be_deleted() {
    let world = World::new();
    let program = world.program("program", &["a"]);
    let [pinned, other] =
        [("p", 1), ("other", 2)].map(|(name, answer)| world.package(name, &[("a", answer)]));
    world
        .write(&world.recipe(&program, &pinned, "a"))
        .expect("a pin");
    nix::delete(&other).expect("nobody keeps it");
    assert!(!other.exists() && pinned.exists());
}

/// A pin that was replaced has let go of its package.
pub fn an_older_pin_keeps_nothing() {
    let world = World::new();
    let program = world.program("program", &["a"]);
    let [old, new] =
        [("old", 1), ("new", 2)].map(|(name, answer)| world.package(name, &[("a", answer)]));
    let pin = |package: &Path| {
        let recipe = world.recipe(&program, package, "a");
        let written = world.write(&recipe).expect("a pin");
        let manifest = written.directory.join("manifest");
        manifest.canonicalize().expect("a file")
    };
    let manifest = pin(&old);
    pin(&new);
    nix::delete(&manifest).expect("nobody keeps it");
    nix::delete(&old).expect("nobody keeps it");
    nix::delete(&new).expect_err("it is pinned");
}

/// Its root is gone; all roots are; or the state was moved, and Nix looks for the root where it was. `pins --verify`
/// keeps the pin again, and leaves one alone that is kept.
pub fn a_pin_that_nothing_keeps_is_told_and_kept_again() {
    let remove_root = |state: &State| {
        let mut roots = fs::read_dir(state.roots()).expect("a folder");
        let root = roots.next().expect("a root").expect("an entry");
        fs::remove_file(root.path()).expect("it is there");
    };
    let remove_roots = |state: &State| fs::remove_dir_all(state.roots()).expect("it is there");
    let move_away = |state: &State| {
        let above = state.directory().parent().expect("a folder");
        fs::rename(above, above.with_extension("moved")).expect("it is there");
    };
    let nothing = |_: &State| {};
    let acts: [(fn(&State), _, _); 4] = [
        (remove_root, "state", "not kept"),
        (remove_roots, "state", "not kept"),
        (move_away, "state.moved", "not kept"),
        (nothing, "state", "holds"),
    ];
    for (act, home, expected) in acts {
        let scene = Scene::pinned();
        act(&scene.state());
        let home = scene.world.folder().join(home);
        let state = State::at(home.join("ldshim"));
        let manifest = state.pin(scene.identity()).join("manifest");
        let manifest = manifest.canonicalize().expect("a file");
        assert_eq!(is_kept(&state, &manifest), expected == "holds");

        let listed = |arguments: &[&str]| {
            let mut command = scene.world.ldshim(arguments);
            let output = command.env("XDG_STATE_HOME", &home).output();
            let output = output.expect("ldshim");
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).expect("UTF-8")
        };
        let text = listed(&["pins"]);
        assert!(text.contains(expected), "{text}");
        let json = listed(&["pins", "--json"]);
        let state_of_it = format!("\"state\": \"{}\"", expected.replace(' ', "-"));
        assert!(json.contains(&state_of_it), "{json}");
        // It is of use.
        listed(&["pins", "--prune"]);

        let text = listed(&["pins", "--verify"]);
        assert!(text.contains("holds"), "{text}");
        let entry = pin::find(&state, scene.identity()).expect("a pin");
        assert_eq!(entry.condition(), Condition::Holds);
        assert!(is_kept(&state, &manifest));
        nothing_else(&state, 1);
        // So that its package can be deleted.
        fs::remove_dir_all(home).expect("it is there");
    }
}
