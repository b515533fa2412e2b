//! What a pin has.

use std::ffi::OsString;
use std::fs;

use ldshim::pin::{self, Mark};

use crate::check::{nothing_else, whole_pin};
use crate::world::{Scene, World, chosen, nix_commands};
use crate::{common, nix};

/// A program that misses one library finds it in its pin, and its pin says what it is.
pub fn a_pinned_program_finds_its_library() {
    let world = World::new();
    let program = world.program("program", &["a"]);
    let package = world.package("p", &[("a", 42), ("b", 1)]);
    let recipe = world.recipe(&program, &package, "a");
    let written = world.write(&recipe).expect("a pin");
    assert_eq!(written.directory, world.state().pin(recipe.identity.short));
    assert!(!written.replaced);
    assert_eq!(written.notes, [""; 0]);
    assert_eq!(world.run(&program, &written.directory), "program\n42\n");

    let pin = whole_pin(&world.state(), recipe.identity.short).expect("a pin");
    assert_eq!(pin.program, program.to_string_lossy());
    assert_eq!(pin.packages.len(), 1);
    assert!(pin.store_paths.contains(&package));
    // The other library of the package is there as well.
    assert_eq!(pin.libraries, recipe.base.len() + 2);
    let sizes = nix_commands()
        .closure_size(&pin.store_paths)
        .expect("sizes");
    assert_eq!(pin.closure_size, sizes);
    nothing_else(&world.state(), 1);

    assert!(world.write(&recipe).expect("a pin").replaced);
    nothing_else(&world.state(), 1);
}

/// What the real loader does not find is told by name, and nothing is left.
pub fn a_program_that_misses_more_is_not_pinned() {
    let Scene { world, recipe, .. } = Scene::missing(&["a", "missing"]);
    let error = format!("{:#}", world.write(&recipe).unwrap_err());
    let missing = format!("{} is missing", world.soname("missing"));
    assert!(
        error.contains(&missing) && error.contains("--force"),
        "{error}"
    );
    assert!(!error.contains(&world.soname("a")), "{error}");
    nothing_else(&world.state(), 0);
}

/// The same with force is a pin that was never verified.
pub fn force_pins_it_all_the_same() {
    let Scene { world, recipe, .. } = Scene::missing(&["a", "missing"]);
    let written = pin::write(&recipe, &world.state(), &nix_commands(), true).expect("a pin");
    let missing = world.soname("missing");
    assert!(written.notes[0].contains(&missing), "{:?}", written.notes);
    let pin = pin::Pin::read(&written.directory).expect("a pin");
    assert_eq!(pin.verified, None);
    nothing_else(&world.state(), 1);
}

/// Of a chosen package, the libraries that it was chosen for go before those of today, and its others after them.
pub fn chosen_libraries_win_over_those_of_today_and_others_do_not() {
    let world = World::new();
    let program = world.program("program", &["a", "b", "c"]);
    let today = world.package("today", &[("a", 1), ("b", 1)]);
    let new = world.package("new", &[("a", 2), ("b", 2), ("c", 2)]);
    let mut recipe = world.recipe(&program, &new, "a");
    for library in ["a", "b"] {
        let soname = world.soname(library);
        let file = today.join("lib").join(&soname);
        recipe.base.push((OsString::from(soname), file));
    }
    let written = world.write(&recipe).expect("a pin");
    assert_eq!(
        world.run(&program, &written.directory),
        "program\n2\n1\n2\n"
    );
    assert_eq!(written.notes, [""; 0]);
}

/// A library of the host has its link, and a note says that nobody keeps it.
pub fn what_is_outside_of_the_store_is_told() {
    let world = World::new();
    let program = world.program("program", &["a", "b"]);
    let package = world.package("p", &[("a", 42)]);
    let mut recipe = world.recipe(&program, &package, "a");
    let other = world.package("other", &[("b", 7)]);
    let outside = world.folder().join("outside.so");
    fs::copy(other.join("lib").join(world.soname("b")), &outside).expect("a copy");
    recipe
        .base
        .push((world.soname("b").into(), outside.clone()));
    let written = world.write(&recipe).expect("a pin");
    assert!(
        written.notes[0].contains(nix::text(&outside)),
        "{:?}",
        written.notes
    );
    assert_eq!(world.run(&program, &written.directory), "program\n42\n7\n");
    whole_pin(&world.state(), recipe.identity.short).expect("a pin");
}

/// Two programs whose build-ids begin alike.
pub fn a_pin_of_another_program_is_not_replaced() {
    let world = World::new();
    let program = world.program("program", &["a"]);
    let package = world.package("p", &[("a", 42)]);
    let mut recipe = world.recipe(&program, &package, "a");
    world.write(&recipe).expect("a pin");
    let mut other = recipe
        .identity
        .build_id
        .clone()
        .expect("the linker makes one");
    *other.last_mut().expect("20 bytes") ^= 1;
    recipe.identity.build_id = Some(other);
    let error = world.write(&recipe).unwrap_err().to_string();
    let next = format!("ldshim unpin {}", recipe.identity.short);
    assert!(
        error.contains(&next) && error.contains(nix::text(&program)),
        "{error}"
    );
    whole_pin(&world.state(), recipe.identity.short).expect("the first one");
}

/// The mark of an earlier start does not stand in the way.
pub fn a_pin_replaces_a_mark() {
    let Scene { world, recipe, .. } = Scene::new();
    let identity = recipe.identity.short;
    pin::mark(&world.state(), identity, Mark::Declined).expect("a mark");
    assert!(world.write(&recipe).expect("a pin").replaced);
    whole_pin(&world.state(), identity).expect("a pin");
    nothing_else(&world.state(), 1);
    pin::mark(&world.state(), identity, Mark::Failed).expect("no error");
    whole_pin(&world.state(), identity).expect("a pin");
}

/// A choice that does not fit its package.
pub fn a_library_that_its_package_does_not_have_is_an_error() {
    let world = World::new();
    let program = world.program("program", &["a"]);
    let package = world.package("p", &[("b", 42)]);
    let recipe = world.recipe(&program, &package, "a");
    let error = world.write(&recipe).unwrap_err().to_string();
    assert!(
        error.contains("cannot find") && error.contains(nix::text(&package)),
        "{error}"
    );
    assert!(!world.state().directory().exists());
}

/// musl has no cache.
pub fn a_loader_of_musl_is_refused() {
    let world = World::new();
    let program = world.program("program", &["a"]);
    let package = world.package("p", &[("a", 42)]);
    let mut recipe = world.recipe(&program, &package, "a");
    let musl = common::store_path("musl").join("lib");
    let loader = fs::read_dir(&musl)
        .expect("musl")
        .map(|it| it.expect("a file").path());
    let mut loaders = loader.filter(|it| nix::text(it).contains("ld-musl"));
    recipe.loader = loaders.next().unwrap_or_else(|| musl.join("libc.so"));
    let error = world.write(&recipe).unwrap_err().to_string();
    assert!(error.contains("musl"), "{error}");
    assert!(!world.state().directory().exists());
}

/// A larger environment.
pub fn a_hundred_libraries_are_one_manifest() {
    let world = World::new();
    let program = world.program("program", &["a"]);
    let package = world.package("p", &[("a", 42)]);
    let mut recipe = world.recipe(&program, &package, "a");
    let one = package.join("lib").join(world.soname("a"));
    let copies = world.folder().join(world.unique("copies")).join("lib");
    fs::create_dir_all(&copies).expect("a folder");
    for number in 0..100 {
        fs::copy(&one, copies.join(format!("libcopy{number}.so"))).expect("a copy");
    }
    let copies = nix::add(copies.parent().expect("a folder"));
    recipe.packages.push(chosen(&copies, &["libcopy0.so"]));
    world.write(&recipe).expect("a pin");
    let pin = whole_pin(&world.state(), recipe.identity.short).expect("a pin");
    assert_eq!(pin.libraries, 103);
    assert_eq!(pin.store_paths.len(), 3);
}
