//! Trees whose interpreter is in the store.

use std::fs;
use std::path::Path;

use super::scene::{Scene, contents};
use crate::nix::text;

pub fn modules_of_a_virtual_environment_find_their_libraries() {
    let scene = Scene::new();
    let (venv, module) = scene.missing_a("venv");
    scene.package("a", 42);
    scene.misses(&venv, &module, "a");
    let said = scene.ldshim(&["fix", "venv"]).succeeded().stdout;
    for part in [
        format!(
            "venv: a virtual environment of {}",
            scene.original.display()
        ),
        format!("1 of 1 modules is missing {}", scene.ground.soname("a")),
        "all of them find their libraries now, as the real loader confirms".into(),
        format!("ldshim unfix {}", venv.display()),
    ] {
        assert!(said.contains(&part), "{part:?} is not in {said}");
    }
    scene.loads(&venv, &module, 42);
    // The interpreter itself is as it was.
    let ran = scene.start(&scene.original, &[&module]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

/// Byte for byte, with a library path of the user's own too.
pub fn children_see_the_environment_as_it_was() {
    let scene = Scene::new();
    let (venv, module) = scene.missing_a("venv");
    scene.package("a", 42);
    let python = venv.join("bin/python");
    let before = scene.start(&python, &["env".as_ref()]).succeeded().stdout;
    scene.ldshim(&["fix", "venv"]).succeeded();
    let ran = scene.start(&python, &[&module, "env".as_ref()]).succeeded();
    assert_eq!(ran.stdout, format!("42\n{before}"));
    assert!(!before.contains("LD_"), "{before}");
}

pub fn unfix_gives_back_the_same_tree() {
    let scene = Scene::new();
    let (venv, module) = scene.missing_a("venv");
    scene.package("a", 42);
    let before = contents(&venv);
    for path in ["venv", "venv/bin/python", "venv/bin"] {
        scene.ldshim(&["fix", path]).succeeded();
        assert_ne!(contents(&venv), before);
        assert_eq!(scene.pins(), 1);
        let said = scene.ldshim(&["unfix", path]).succeeded().stdout;
        assert!(said.contains("bin/python3"), "{said}");
        assert_eq!(contents(&venv), before, "{path}");
        assert_eq!(scene.pins(), 0);
    }
    scene.misses(&venv, &module, "a");
    scene
        .ldshim(&["unfix", "venv"])
        .failed_with("was not changed by `ldshim fix`");
}

pub fn a_dry_run_changes_nothing() {
    let scene = Scene::new();
    let (venv, _) = scene.missing_a("venv");
    scene.package("a", 42);
    let before = contents(&venv);
    let said = scene
        .ldshim(&["fix", "--dry-run", "venv"])
        .succeeded()
        .stdout;
    assert!(
        said.contains("because: the only package that has it"),
        "{said}"
    );
    assert_eq!(contents(&venv), before);
    assert!(!scene.ground.path("state").exists());
}

pub fn what_misses_nothing_is_left_alone() {
    let scene = Scene::new();
    let venv = scene.venv("venv");
    let module = scene.module(&venv, "b.so", &[]);
    let before = contents(&venv);
    let said = scene.ldshim(&["fix", "venv"]).succeeded().stdout;
    assert!(said.contains("there is nothing to do"), "{said}");
    assert_eq!(contents(&venv), before);
    scene.loads(&venv, &module, 0);
}

/// As auditwheel has it: a library of the tree that its package loads by path.
pub fn what_the_tree_brings_is_not_looked_for() {
    let scene = Scene::new();
    let venv = scene.venv("venv");
    scene.module(&venv, "a.so", &["a"]);
    let library = scene.ground.library("linked", "a", "1", &[]);
    let folder = venv.join("lib/site-packages/a.libs");
    fs::create_dir_all(&folder).expect("a folder");
    fs::copy(&library, folder.join(scene.ground.soname("a"))).expect("a file");
    let said = scene.ldshim(&["fix", "venv"]).succeeded().stdout;
    assert!(
        said.contains("2 modules, and none is missing a library that a package could have"),
        "{said}"
    );
}

pub fn modules_of_musl_and_drivers_are_passed_over() {
    let scene = Scene::new();
    let venv = scene.venv("venv");
    let module = scene.module(&venv, "musl.so", &["a"]);
    let cuda = scene.module(&venv, "cuda.so", &["a"]);
    for (file, name) in [(&module, "libc.musl-x86_64.so.1"), (&cuda, "libcuda.so.1")] {
        let soname = scene.ground.soname("a");
        let mut patch = scene.command(&["patch", "--replace-needed", &soname, name, text(file)]);
        crate::common::Ran::of(&mut patch).succeeded();
    }
    let said = scene.ldshim(&["fix", "venv"]).succeeded().stdout;
    assert!(
        said.contains("1 modules, and none is missing a library that a package could have"),
        "{said}"
    );
    assert!(
        said.contains("libcuda.so.1: of the graphics driver"),
        "{said}"
    );
}

pub fn two_trees_of_one_interpreter_have_pins_of_their_own() {
    let scene = Scene::new();
    let (first, a) = scene.missing_a("first");
    let second = scene.venv("second");
    let b = scene.module(&second, "b.so", &["b"]);
    scene.package("a", 1);
    scene.package("b", 2);
    scene.ldshim(&["fix", "first"]).succeeded();
    scene.ldshim(&["fix", "second"]).succeeded();
    assert_eq!(scene.pins(), 2);
    scene.loads(&first, &a, 1);
    scene.loads(&second, &b, 2);
    scene.misses(&first, &b, "b");
    scene.misses(&second, &a, "a");
}

/// As `python -m venv --copies` makes them.
pub fn copies_of_the_interpreter_are_patched_and_restored() {
    let scene = Scene::new();
    let (venv, module) = scene.missing_a("venv");
    for name in ["python", "python3"] {
        let path = venv.join("bin").join(name);
        fs::remove_file(&path).expect("a link");
        fs::copy(&scene.original, &path).expect("a file");
    }
    scene.package("a", 42);
    let before = contents(&venv);
    scene.ldshim(&["fix", "venv"]).succeeded();
    scene.loads(&venv, &module, 42);
    let ran = scene.start(&venv.join("bin/python3"), &[&module]);
    assert_eq!(ran.stdout, "42\n", "{ran:?}");
    scene.ldshim(&["unfix", "venv"]).succeeded();
    assert_eq!(contents(&venv), before);
}

pub fn node_gets_its_copy_where_npm_looks_first() {
    let scene = Scene::new();
    let tree = scene.ground.path("project/node_modules");
    let module = scene.module(&tree, "addon.node", &["a"]);
    scene.package("a", 42);
    let before = contents(&tree);
    let folder = scene.ground.path("path");
    fs::create_dir(&folder).expect("a folder");
    std::os::unix::fs::symlink(&scene.original, folder.join("node")).expect("a link");
    let fix = |arguments: &[&str]| {
        let mut command = scene.command(arguments);
        let rest = std::env::var("PATH").expect("a PATH");
        command.env("PATH", format!("{}:{rest}", folder.display()));
        crate::common::Ran::of(&mut command)
    };
    let said = fix(&["fix", "project"]).succeeded().stdout;
    assert!(said.contains("npm and npx start it"), "{said}");
    let node = tree.join(".bin/node");
    let ran = scene.start(&node, &[&module]).succeeded();
    assert_eq!(ran.stdout, "42\n");
    fix(&["unfix", "project"]).succeeded();
    assert_eq!(contents(&tree), before);
    let none = |command: &mut std::process::Command| {
        command.env("PATH", "/nowhere");
    };
    let mut command = scene.command(&["fix", "project"]);
    none(&mut command);
    crate::common::Ran::of(&mut command).failed_with("there is no node in PATH");
    assert!(!Path::new(&tree.join(".ldshim-fix.json")).exists());
}
