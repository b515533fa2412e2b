//! The foreign programs of the scenarios, built by this host's compilers.

use std::fs;
use std::path::Path;
use std::process::Command;

use ldshim::elf::Architecture;

use crate::common::store_path;
use crate::{TESTS, fetched};

/// Builds them into a folder, and adds the real one.
pub fn build(folder: &Path) {
    let _ = fs::remove_dir_all(folder);
    let zlib = |package| store_path(package).join("lib/libz.so.1");
    let mut build = Command::new(Path::new(TESTS).join("programs/build.sh"));
    build
        .arg(folder)
        .env("CC", "cc")
        .env("LOADER", Architecture::X86_64.loader_path)
        .env("ZLIB", zlib("zlib1g"))
        .env("CC32", "i686-linux-gnu-gcc")
        .env("LOADER32", Architecture::I686.loader_path)
        .env("ZLIB32", zlib("lib32z1"));
    let status = build.status().expect("a shell");
    assert!(status.success(), "{build:?}: {status}");
    let ruff = fetched::folder("ruff").join(fetched::executable("ruff"));
    fs::copy(ruff, folder.join("ruff")).expect("a program");
}

/// Adds what the scenarios need of the package of ldshim.
pub fn add_package(folder: &Path, package: &Path) {
    for (file, name) in [
        ("libexec/nix-ld", "nix-ld"),
        ("nix-support/ldpath", "ldpath"),
    ] {
        let result = fs::copy(package.join(file), folder.join(name));
        result.unwrap_or_else(|error| panic!("{file} of the package: {error}"));
    }
}
