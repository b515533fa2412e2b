//! Interpreters of all kinds.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::scene::{SOURCE, Scene};
use crate::common::Ran;
use crate::nix::{self, text};

/// Two trees all the same have pins of their own.
pub fn it_needs_no_build_id() {
    let scene = Scene::linked(&["-Wl,--build-id=none"]);
    let (first, a) = scene.missing_a("first");
    let (second, _) = scene.missing_a("second");
    scene.package("a", 1);
    scene.ldshim(&["fix", "first"]).succeeded();
    scene.ldshim(&["fix", "second"]).succeeded();
    assert_eq!(scene.pins(), 2);
    scene.loads(&first, &a, 1);
    scene.loads(&second, &a, 1);
}

/// By a search path that begins with `$ORIGIN`, of either kind.
pub fn its_own_libraries_are_found_beside_the_original() {
    for tag in ["-Wl,--enable-new-dtags", "-Wl,--disable-new-dtags"] {
        let scene = Scene::linked(&[
            tag,
            "-Wl,-rpath,$ORIGIN/../lib",
            "-Wl,--no-as-needed",
            "-lz",
        ]);
        let (venv, module) = scene.missing_a("venv");
        scene.package("a", 1);
        // What is beside the copy is not meant.
        fs::create_dir_all(venv.join("lib")).expect("a folder");
        fs::write(venv.join("lib/libz.so.1"), "no library").expect("a file");
        scene.ldshim(&["fix", "venv"]).succeeded();
        scene.loads(&venv, &module, 1);
    }
}

pub fn a_wrapper_is_refused() {
    let text = "-DWRAPPER=\"makeCWrapper '/nix/store/x/bin/python3.13' --set A b\"";
    let scene = Scene::new();
    let file = scene.ground.path("wrapper/bin/python3");
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    let source = "const char text[] = WRAPPER; int main(void) { return text[0] == 0; }";
    crate::world::compile(source, &file, &[text]);
    let wrapper = scene.ground.store("wrapper").join("bin/python3");
    let (venv, _) = scene.missing_a("venv");
    fs::remove_file(venv.join("bin/python3")).expect("a link");
    symlink(wrapper, venv.join("bin/python3")).expect("a link");
    let ran = scene.ldshim(&["fix", "venv"]);
    ran.failed_with("a wrapper of nixpkgs around /nix/store/x/bin/python3.13");
    assert!(!venv.join(".ldshim-fix.json").exists());
}

pub fn a_script_is_refused() {
    let scene = Scene::new();
    let (venv, _) = scene.missing_a("venv");
    let script = scene.ground.path("python");
    fs::write(&script, "#!/bin/sh\nexec python3\n").expect("a file");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a file");
    fs::remove_file(venv.join("bin/python3")).expect("a link");
    symlink(&script, venv.join("bin/python3")).expect("a link");
    scene.ldshim(&["fix", "venv"]).failed_with("it is a script");
}

pub fn it_is_kept_from_the_garbage_collector() {
    let scene = Scene::new();
    scene.missing_a("venv");
    scene.package("a", 1);
    let package = scene.original.ancestors().nth(2).expect("a package");
    scene.ldshim(&["fix", "venv"]).succeeded();
    let roots = || nix::run("nix-store", &["--query", "--roots", text(package)]);
    assert!(roots().contains("ldshim/roots"), "{}", roots());
    scene.ldshim(&["unfix", "venv"]).succeeded();
    assert_eq!(roots(), "");
}

/// Its copy is in the tree's `bin`.
pub fn one_may_be_named() {
    let scene = Scene::new();
    let tree = scene.ground.path("plugins");
    let module = scene.module(&tree, "a.so", &["a"]);
    scene.package("a", 1);
    let arguments = ["fix", "plugins", "--interpreter", text(&scene.original)];
    scene.ldshim(&arguments).succeeded();
    let copy = tree.join("bin/python3.11");
    let ran = scene.start(&copy, &[&module]).succeeded();
    assert_eq!(ran.stdout, "1\n");
    scene.ldshim(&["unfix", "plugins"]).succeeded();
    assert!(!copy.exists());
    let wrong = ["fix", "plugins", "--interpreter", "/nowhere"];
    scene.ldshim(&wrong).failed_with("cannot use /nowhere");
    assert!(Path::new(&module).exists());
}

/// As those that `uv python install` downloads. It keeps what it has today, and two trees do not share a pin.
pub fn a_foreign_one_gets_a_copy_too() {
    let scene = Scene::new();
    let python = scene.ground.program_of("python3.12", SOURCE, &[]);
    let (venv, module) = scene.missing_a("venv");
    fs::remove_file(venv.join("bin/python3")).expect("a link");
    symlink(&python, venv.join("bin/python3")).expect("a link");
    scene.package("a", 5);
    let said = Ran::of(&mut scene.ground.command(&["fix", "venv"]))
        .succeeded()
        .stdout;
    assert!(said.contains(", a foreign program"), "{said}");
    scene.loads(&venv, &module, 5);
    assert_eq!(scene.ground.settled(&python), "nothing");
}
