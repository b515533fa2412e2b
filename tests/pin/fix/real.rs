//! A real Python, made into one of the store, and real wheels.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::foreign::{fetched, ground, unpacked};
use crate::common::{self, Ran};
use crate::nix::text;

/// The Python of Debian as a package of nixpkgs would be: with a loader of the store, and its libraries by RUNPATH.
fn python(ground: &crate::command::ground::Ground) -> PathBuf {
    let glibc = ground.environment().join("ld.so").canonicalize();
    let loader = glibc.expect("a loader");
    let original = fetched("python");
    let prefix = original.ancestors().nth(2).expect("a prefix");
    let folder = ground.path("python");
    fs::create_dir_all(folder.join("bin")).expect("a folder");
    let mut copy = Command::new("cp");
    copy.arg("-aL").arg(prefix.join("lib")).arg(&folder);
    assert!(copy.status().expect("cp").success());
    let program = folder.join("bin/python3.11");
    fs::copy(&original, &program).expect("a file");
    let libraries = ["zlib1g", "libexpat1"].map(|it| common::store_path(it).join("lib"));
    let folders = [
        loader.parent().expect("a folder"),
        &libraries[0],
        &libraries[1],
    ];
    let path = folders.map(text).join(":");
    let mut patch = ground.command(&["patch", "--no-undo", "--set-interpreter", text(&loader)]);
    patch.args(["--set-rpath", &path]).arg(&program);
    Ran::of(&mut patch).succeeded();
    ground.store("python").join("bin/python3.11")
}

pub fn numpy_is_imported_by_a_python_of_the_store() {
    let ground = ground();
    let python = python(&ground);
    let venv = ground.path("venv");
    let mut make = Command::new(&python);
    make.args(["-m", "venv", "--without-pip", text(&venv)])
        .env_clear();
    Ran::of(&mut make).succeeded();
    let packages = venv.join("lib/python3.11/site-packages");
    let (wheel, _) = unpacked("numpy");
    let mut copy = Command::new("cp");
    let parts = ["numpy", "numpy.libs"].map(|it| wheel.join(it));
    copy.arg("-a").args(parts).arg(&packages);
    assert!(copy.status().expect("cp").success());
    let import = || {
        let mut command = Command::new(venv.join("bin/python"));
        let script = "import numpy; print(numpy.linalg.inv(numpy.array([[2.0, 0], [0, 4]])).sum())";
        command.args(["-B", "-c", script]).env_clear();
        command
            .env("HOME", ground.world.folder())
            .env("XDG_STATE_HOME", ground.path("state"));
        Ran::of(&mut command)
    };
    let before = import();
    assert_ne!(before.code, Some(0), "{before:?}");
    assert!(
        before.stderr.contains("cannot open shared object file"),
        "{before:?}"
    );
    let glibc = python_glibc(&ground);
    let stdcpp = common::store_path("libstdc++6");
    let gcc = common::store_path("libgcc-s1");
    ground.add_to_index(&[&glibc, &stdcpp, &gcc]);
    let mut fix = ground.command(&["fix", "venv"]);
    fix.env_remove("NIX_LD").env_remove("NIX_LD_LIBRARY_PATH");
    let said = Ran::of(&mut fix).succeeded().stdout;
    assert!(said.contains("libstdc++.so.6: missing"), "{said}");
    assert_eq!(import().succeeded().stdout, "0.75\n");
}

/// The package of the ground's glibc, whose loader looks into no directory of libraries, as that of nixpkgs looks into its own.
fn python_glibc(ground: &crate::command::ground::Ground) -> PathBuf {
    let loader = ground.environment().join("ld.so").canonicalize();
    let loader = loader.expect("a loader");
    loader
        .ancestors()
        .nth(2)
        .map(Path::to_owned)
        .expect("a package")
}
