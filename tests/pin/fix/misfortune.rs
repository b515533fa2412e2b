//! What may happen to a tree, and to whoever fixes it.

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::process::Command;

use super::scene::{Scene, contents};
use crate::common::Ran;
use crate::nix::text;

/// A service or a child with a cleaned environment has none.
pub fn the_copy_starts_without_a_home() {
    let scene = Scene::new();
    let (venv, module) = scene.missing_a("venv");
    scene.package("a", 42);
    scene.ldshim(&["fix", "venv"]).succeeded();
    let mut command = Command::new(venv.join("bin/python"));
    let ran = Ran::of(command.arg(&module).env_clear()).succeeded();
    assert_eq!(ran.stdout, "42\n");
}

pub fn a_copied_tree_leaves_the_pin_of_the_first_one() {
    let scene = Scene::new();
    let (venv, module) = scene.missing_a("venv");
    scene.package("a", 42);
    scene.ldshim(&["fix", "venv"]).succeeded();
    let copy = scene.ground.path("copy");
    let mut cp = Command::new("cp");
    Ran::of(cp.arg("-a").args([&venv, &copy])).succeeded();
    scene.ldshim(&["fix", "copy"]).succeeded();
    scene.loads(&venv, &module, 42);
    scene.loads(&copy, &module, 42);
    scene.ldshim(&["unfix", "copy"]).succeeded();
    scene.loads(&venv, &module, 42);
    assert_eq!(scene.pins(), 1);
}

pub fn a_moved_tree_is_told_and_fixed_where_it_is() {
    let scene = Scene::new();
    let (venv, _) = scene.missing_a("venv");
    scene.package("a", 42);
    scene.ldshim(&["fix", "venv"]).succeeded();
    let moved = scene.ground.path("moved");
    fs::rename(&venv, &moved).expect("a folder");
    let said = scene.ldshim(&["doctor"]).stdout;
    assert!(said.contains("venv was fixed, and is gone"), "{said}");
    scene.ldshim(&["fix", "moved"]).succeeded();
    assert_eq!(scene.pins(), 1);
    scene.loads(&moved, &moved.join("lib/site-packages/a.so"), 42);
}

/// With the file that was there, and its mode, though it was fixed twice at two places.
pub fn a_moved_tree_of_copies_is_restored() {
    let scene = Scene::new();
    let (venv, _) = scene.missing_a("venv");
    for name in ["python", "python3"] {
        let path = venv.join("bin").join(name);
        fs::remove_file(&path).expect("a link");
        fs::copy(&scene.original, &path).expect("a file");
    }
    scene.package("a", 42);
    let names = |tree: &std::path::Path| {
        let all = contents(tree).into_iter();
        let relative =
            all.map(|(path, it)| (path.strip_prefix(tree).expect("below").to_owned(), it));
        relative.collect::<Vec<_>>()
    };
    let before = names(&venv);
    scene.ldshim(&["fix", "venv"]).succeeded();
    let moved = scene.ground.path("moved");
    fs::rename(&venv, &moved).expect("a folder");
    scene.ldshim(&["fix", "moved"]).succeeded();
    scene.loads(&moved, &moved.join("lib/site-packages/a.so"), 42);
    scene.ldshim(&["unfix", "moved"]).succeeded();
    assert_eq!(names(&moved), before);
}

/// And tried again, for a package may have it by then.
pub fn what_no_package_has_does_not_stand_in_the_way() {
    let scene = Scene::new();
    let (venv, module) = scene.missing_a("venv");
    let other = scene.module(&venv, "b.so", &["b"]);
    scene.package("a", 42);
    let ran = scene.ldshim(&["fix", "venv"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let line = format!("no package in the index has {}", scene.ground.soname("b"));
    assert!(ran.stdout.contains(&line), "{ran:?}");
    assert!(
        ran.stdout.contains("1 of those 2 find their libraries"),
        "{ran:?}"
    );
    scene.loads(&venv, &module, 42);
    scene.package("b", 7);
    scene.ldshim(&["fix", "venv"]).succeeded();
    scene.loads(&venv, &other, 7);
}

pub fn a_file_where_the_copy_would_be_is_not_touched() {
    let scene = Scene::new();
    let tree = scene.ground.path("plugins");
    scene.module(&tree, "a.so", &["a"]);
    scene.package("a", 1);
    fs::create_dir(tree.join("bin")).expect("a folder");
    let file = tree.join("bin/python3.11");
    fs::write(&file, "mine").expect("a file");
    let arguments = ["fix", "plugins", "--interpreter", text(&scene.original)];
    scene
        .ldshim(&arguments)
        .failed_with("there is a file already");
    assert_eq!(fs::read(&file).expect("a file"), b"mine");
}

/// A link by way of a profile leads to another interpreter after an update.
pub fn an_updated_interpreter_is_noticed_and_taken() {
    let (scene, newer) = (
        Scene::new(),
        Scene::linked(&["-Wl,--build-id", "-DNEWER", "-O1"]),
    );
    let (venv, module) = scene.missing_a("venv");
    scene.package("a", 42);
    let profile = scene.ground.path("profile");
    symlink(scene.original.parent().expect("a folder"), &profile).expect("a link");
    fs::remove_file(venv.join("bin/python3")).expect("a link");
    symlink(profile.join("python3.11"), venv.join("bin/python3")).expect("a link");
    scene.ldshim(&["fix", "venv"]).succeeded();
    let said = scene.ldshim(&["fix", "venv"]).succeeded().stdout;
    assert!(said.contains("is fixed already"), "{said}");
    fs::remove_file(&profile).expect("a link");
    symlink(newer.original.parent().expect("a folder"), &profile).expect("a link");
    let said = scene.ldshim(&["doctor"]).stdout;
    let line = format!("its interpreter is {} since", newer.original.display());
    assert!(said.contains(&line), "{said}");
    let said = scene.ldshim(&["fix", "venv"]).succeeded().stdout;
    assert!(said.contains(text(&newer.original)), "{said}");
    scene.loads(&venv, &module, 42);
    assert_eq!(scene.pins(), 1);
}

pub fn the_copy_is_not_pinned_by_itself() {
    let scene = Scene::new();
    scene.missing_a("venv");
    scene.package("a", 42);
    scene.ldshim(&["fix", "venv"]).succeeded();
    let ran = Ran::of(&mut scene.ground.command(&["pin", "venv/bin/python3"]));
    ran.failed_with("it is a copy that `ldshim fix` has made");
}

/// Who could not start what comes there. (For root.)
pub fn the_tree_of_somebody_else_is_refused() {
    let scene = Scene::new();
    let (venv, _) = scene.missing_a("venv");
    scene.package("a", 42);
    chown(&venv, Some(65534), None).expect("a folder");
    scene
        .ldshim(&["fix", "venv"])
        .failed_with("belongs to the user with the number 65534");
    assert!(venv.join("bin/python3").is_symlink());
}

/// Wheels that were removed need nothing any more.
pub fn modules_that_are_gone_are_no_trouble() {
    let scene = Scene::new();
    let (_, module) = scene.missing_a("venv");
    scene.package("a", 42);
    scene.ldshim(&["fix", "venv"]).succeeded();
    fs::remove_file(module).expect("a module");
    scene.ldshim(&["fix", "venv"]).succeeded();
    let said = scene.ldshim(&["doctor"]).stdout;
    assert!(said.contains("venv is fixed"), "{said}");
}

/// As uv has them with `--link-mode=symlink`.
pub fn modules_that_are_links_are_found() {
    let scene = Scene::new();
    let (venv, module) = scene.missing_a("venv");
    let elsewhere = scene.ground.path("cache.so");
    fs::rename(&module, &elsewhere).expect("a module");
    symlink(&elsewhere, &module).expect("a link");
    scene.package("a", 42);
    scene.ldshim(&["fix", "venv"]).succeeded();
    scene.loads(&venv, &module, 42);
}
