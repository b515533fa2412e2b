//! Foreign programs in trees, and programs that load modules.

use std::fs;

use super::scene::Scene;
use crate::common::Ran;
use crate::nix::text;

/// Two packages have the library, and what is decided for the first program holds for the second.
pub fn each_gets_a_pin_and_a_question_is_asked_once() {
    let scene = Scene::new();
    let ground = &scene.ground;
    fs::create_dir_all(ground.path("tree/deep")).expect("a folder");
    let programs = ["tree/one", "tree/deep/two"].map(|it| foreign(&scene, it, "a"));
    let packages = [
        ground.package("apple", "a", 1),
        ground.package("pear", "a", 2),
    ];
    ground.add_to_index(&[&packages[0], &packages[1]]);
    for program in &programs {
        let mut fix = ground.command(&["fix", "tree"]);
        let ran = Ran::of(&mut fix);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains("fit equally well"), "{ran:?}");
        assert_eq!(ground.settled(program), "nothing");
    }
    let select = format!("{}={}", ground.soname("a"), packages[1].display());
    let mut fix = ground.command(&["fix", "--select", &select, "tree"]);
    Ran::of(&mut fix).succeeded();
    for program in &programs {
        ground.prints(program, &[2]);
    }
}

/// A program that is found to be foreign by the path of its loader; the stub is not there, so its name is put in.
fn foreign(scene: &Scene, name: &str, library: &str) -> std::path::PathBuf {
    scene.ground.program(name, &[library])
}

pub fn those_in_a_virtual_environment_are_pinned_too() {
    let scene = Scene::new();
    let ground = &scene.ground;
    let (venv, module) = scene.missing_a("venv");
    let program = ground.program("venv/bin/ruff", &["a"]);
    scene.package("a", 3);
    let mut fix = ground.command(&["fix", "venv"]);
    let ran = Ran::of(&mut fix).succeeded();
    assert!(ran.stdout.contains("bin/ruff"), "{ran:?}");
    scene.loads(&venv, &module, 3);
    ground.prints(&program, &[3]);
}

pub fn a_program_of_the_store_is_told_what_to_do() {
    let scene = Scene::new();
    let ran = scene.ldshim(&["fix", text(&scene.original)]);
    ran.failed_with("ldshim fix DIR --interpreter");
}

pub fn where_nothing_is_to_be_fixed_that_is_said() {
    let scene = Scene::new();
    fs::create_dir(scene.ground.path("empty")).expect("a folder");
    scene
        .ldshim(&["fix", "empty"])
        .failed_with("there is nothing to fix in empty");
    scene
        .ldshim(&["fix", "none"])
        .failed_with("there is no such file or directory");
}

/// `ldshim pin --for`: a foreign program that loads modules.
pub fn a_pin_can_be_made_for_modules() {
    let scene = Scene::new();
    let ground = &scene.ground;
    let tree = ground.path("modules");
    let module = scene.module(&tree, "a.so", &["a"]);
    let source = super::scene::SOURCE;
    let program = ground.program_of("interpreter", source, &[]);
    scene.package("a", 9);
    let start = || {
        let mut command = std::process::Command::new(&program);
        command.arg(&module);
        Ran::of(ground.in_session(&mut command))
    };
    assert_eq!(start().code, Some(1));
    let without = ground.pin(&["./interpreter"]).succeeded().stdout;
    assert!(without.contains("finds all of its libraries"), "{without}");
    for what in ["modules", text(&module)] {
        ground.pin(&["./interpreter", "--for", what]).succeeded();
        assert_eq!(start().stdout, "9\n");
    }
    ground
        .pin(&["./interpreter", "--for", "none"])
        .failed_with("cannot look into none");
}
