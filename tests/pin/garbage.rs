//! Pins and the garbage collector. It is asked for single store paths, for others use the store as well.

use std::path::Path;

use ldshim::pin;

use crate::check::whole_pin;
use crate::nix;
use crate::world::World;

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
