//! Programs that were built for other systems.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::packages;
use crate::common::{Ran, platform, store_path};
use crate::fetched;

/// ninja, as the Python Package Index has it: a program in C++.
pub fn ninja() -> PathBuf {
    fetched::folder("ninja").join(fetched::executable("ninja"))
}

/// Node.js and npm in a store path, as nixpkgs has them: they find their own libraries, and no others.
pub fn node() -> PathBuf {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = folder.path().join("nodejs-24.19.0");
    let (commands, modules) = (made.join("bin"), made.join("lib/node_modules"));
    fs::create_dir_all(&commands).expect("a folder");
    fs::create_dir_all(&modules).expect("a folder");
    let node = commands.join("node");
    fs::copy(
        fetched::folder("node").join(fetched::executable("node")),
        &node,
    )
    .expect("a program");
    name_libraries(&node);
    let mut copy = Command::new("cp");
    copy.arg("-r").arg(fetched::folder("npm"));
    Ran::of(copy.arg(modules.join("npm"))).succeeded();
    symlink(
        "../lib/node_modules/npm/bin/npx-cli.js",
        commands.join("npx"),
    )
    .expect("a link");
    packages::add_to_store(&made)
}

/// Gives a program the loader and the libraries that it needs, by their paths in the store.
fn name_libraries(program: &Path) {
    let lib = |package| store_path(package).join("lib");
    let loader = platform().loader();
    let loader = lib("libc6").join(loader.file_name().expect("a name"));
    let libraries = ["libc6", "libgcc-s1", "libstdc++6"].map(|it| lib(it).display().to_string());
    let mut patch = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    patch.args(["patch", "--set-interpreter"]).arg(loader);
    patch
        .args(["--set-rpath", &libraries.join(":")])
        .arg(program);
    Ran::of(&mut patch).succeeded();
}
