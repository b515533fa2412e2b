//! What becomes of a tree later.

use std::fs;
use std::os::unix::fs::symlink;

use super::scene::Scene;

/// What `ldshim doctor` says of pins and trees.
fn doctor(scene: &Scene) -> String {
    scene.ldshim(&["doctor"]).stdout
}

pub fn fixing_again_takes_in_new_modules() {
    let scene = Scene::new();
    let (venv, a) = scene.missing_a("venv");
    scene.package("a", 1);
    scene.package("b", 2);
    scene.ldshim(&["fix", "venv"]).succeeded();
    assert!(
        doctor(&scene).contains("venv is fixed"),
        "{}",
        doctor(&scene)
    );
    let b = scene.module(&venv, "b.so", &["b"]);
    scene.misses(&venv, &b, "b");
    assert!(
        doctor(&scene).contains("before its modules changed"),
        "{}",
        doctor(&scene)
    );
    scene.ldshim(&["fix", "venv"]).succeeded();
    scene.loads(&venv, &a, 1);
    scene.loads(&venv, &b, 2);
    assert_eq!(scene.pins(), 1);
    scene.ldshim(&["unfix", "venv"]).succeeded();
    assert_eq!(
        venv.join("bin/python3").read_link().expect("a link"),
        scene.original
    );
}

pub fn what_is_fixed_already_is_left_alone() {
    let scene = Scene::new();
    let (venv, _) = scene.missing_a("venv");
    scene.package("a", 1);
    scene.ldshim(&["fix", "venv"]).succeeded();
    let made = || {
        let found = fs::metadata(venv.join("bin/python3")).expect("a file");
        found.modified().expect("a time")
    };
    let before = made();
    let said = scene.ldshim(&["fix", "venv"]).succeeded().stdout;
    assert!(said.contains("is fixed already"), "{said}");
    assert_eq!(made(), before);
}

/// As `python -m venv --upgrade` does.
pub fn an_interpreter_that_was_put_back_is_noticed() {
    let scene = Scene::new();
    let (venv, module) = scene.missing_a("venv");
    scene.package("a", 1);
    scene.ldshim(&["fix", "venv"]).succeeded();
    let python = venv.join("bin/python3");
    fs::remove_file(&python).expect("a file");
    symlink(&scene.original, &python).expect("a link");
    let said = doctor(&scene);
    assert!(said.contains("bin/python3 was replaced since"), "{said}");
    scene.ldshim(&["fix", "venv"]).succeeded();
    scene.loads(&venv, &module, 1);
    // Somebody else's file is not touched by unfix.
    fs::remove_file(&python).expect("a file");
    fs::write(&python, "other").expect("a file");
    let said = scene.ldshim(&["unfix", "venv"]).succeeded().stdout;
    assert!(said.contains("is gone already"), "{said}");
    assert_eq!(fs::read(&python).expect("a file"), b"other");
}

pub fn the_pin_of_a_moved_tree_is_found() {
    let scene = Scene::new();
    let (venv, _) = scene.missing_a("venv");
    scene.package("a", 1);
    scene.ldshim(&["fix", "venv"]).succeeded();
    let moved = scene.ground.path("moved");
    fs::rename(&venv, &moved).expect("a folder");
    scene.loads(&moved, &moved.join("lib/site-packages/a.so"), 1);
}
