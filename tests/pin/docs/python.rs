//! docs/python.md: numpy in a virtual environment of a Python of the store.

use std::process::Command;

use crate::command::foreign::unpacked;
use crate::common::{self, Ran};
use crate::fix::real::{python, python_glibc};
use crate::nix::text;

use super::stage::Stage;

pub fn shows_the_way_to_numpy() {
    let mut stage = Stage::new("docs/python.md", "app");
    let interpreter = python(&stage.ground);
    let venv = stage.folder().join(".venv");
    let mut make = Command::new(interpreter);
    make.args(["-m", "venv", "--without-pip", text(&venv)])
        .env_clear();
    Ran::of(&mut make).succeeded();
    let (wheel, _) = unpacked("numpy");
    let mut copy = Command::new("cp");
    copy.arg("-a")
        .args(["numpy", "numpy.libs"].map(|it| wheel.join(it)));
    copy.arg(venv.join("lib/python3.11/site-packages"));
    assert!(copy.status().expect("cp").success());
    let glibc = python_glibc(&stage.ground);
    let libraries = ["libstdc++6", "libgcc-s1"].map(common::store_path);
    stage
        .ground
        .add_to_index(&[&glibc, &libraries[0], &libraries[1]]);
    stage.shows(".venv/bin/python -c 'import numpy'");
    stage.shows("ldshim fix .venv");
    stage.shows(
        ".venv/bin/python -c 'import numpy; print(numpy.arange(6).reshape(2, 3).sum(axis=0))'",
    );
}
