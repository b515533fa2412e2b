//! What a user's loader is told by variables, such as `LD_LIBRARY_PATH`: a pin has to hold without it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::check::nothing_else;
use crate::world::Scene;
use crate::writer;

fn writer(scene: &Scene) -> Command {
    let soname = scene.world.soname("a");
    writer::command(&scene.state(), &scene.program, &scene.package, &soname)
}

/// Of two libraries that the program misses, the package has one, and the user's variables the other.
pub fn what_they_name_is_missing_in_the_pin() {
    let scene = Scene::missing(&["a", "missing"]);
    let folder = scene.world.folder().join("linked");
    let library = folder.join(scene.world.soname("missing"));
    for (name, value) in [("LD_LIBRARY_PATH", &folder), ("LD_PRELOAD", &library)] {
        // With them, the program by itself does find the other one.
        let loader = &scene.recipe.loader;
        let mut command = Command::new(loader);
        command.arg(&scene.program).env(name, value);
        let output = command.env("LD_TRACE_LOADED_OBJECTS", "1").output();
        let found = String::from_utf8(output.expect("a loader").stdout).expect("UTF-8");
        let missing = format!("{} => not found", scene.world.soname("missing"));
        assert!(!found.contains(&missing), "{name}: {found}");

        let output = writer(&scene).env(name, value).output().expect("a writer");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let missing = format!("{} is missing", scene.world.soname("missing"));
        assert!(!output.status.success(), "{name}");
        assert!(told.contains(&missing), "{name}: {told}");
        nothing_else(&scene.state(), 0);
    }
}

/// By them, each loader would write a file of its own.
pub fn neither_nix_nor_the_real_loader_gets_them() {
    let scene = Scene::new();
    let traced = |command: &mut Command, name: &str| {
        let folder = scene.world.folder().join(name);
        fs::create_dir(&folder).expect("a folder");
        command.env("LD_DEBUG", "files");
        command.env("LD_DEBUG_OUTPUT", folder.join("trace"));
        let output = command.output().expect("it can be started");
        assert!(output.status.success(), "{output:?}");
        count(&folder)
    };
    assert_eq!(traced(&mut writer(&scene), "writer"), 1);
    // As it is with what starts others and takes nothing away.
    let mut both = Command::new("sh");
    both.args(["-c", "cat /dev/null; cat /dev/null"]);
    assert!(traced(&mut both, "both") > 1);
}

fn count(folder: &Path) -> usize {
    fs::read_dir(folder).expect("a folder").count()
}
