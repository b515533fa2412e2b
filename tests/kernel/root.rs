//! The root of the virtual machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ldshim::library_env::Collection;

use crate::common::machine::Archive;
use crate::common::{Plan, store_path};

/// The loader's path in every x86-64 program, and so the place of the stub.
pub const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";
/// The foreign program.
pub const PROGRAM: &str = "/opt/program";

/// Where the stub with this index is. `init` makes a link to it at [`LOADER`].
pub fn stub(index: usize) -> String {
    format!("/nix/store/stub-{index}/nix-ld")
}

/// An archive of all that the root has, but for the cases.
pub fn archive(stubs: &[Vec<u8>]) -> Archive {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let mut archive = Archive::default();
    for directory in ["/proc", "/lib64"] {
        archive.directory(Path::new(directory));
    }
    let init = folder.path().join("init");
    compile("init.c", &init, &["-static"]);
    archive.copy(&init, Path::new("/init"));
    let program = folder.path().join("program");
    compile_program(&program);
    archive.copy(&program, Path::new(PROGRAM));
    for (index, bytes) in stubs.iter().enumerate() {
        archive.file(Path::new(&stub(index)), bytes);
    }
    add_libraries(&mut archive, &folder.path().join("nld"));
    archive
}

/// Compiles [`PROGRAM`].
pub fn compile_program(out: &Path) {
    let loader = format!("-Wl,--dynamic-linker={LOADER}");
    compile("program.c", out, &["-lz", &loader]);
}

/// Adds the real loader and the program's libraries, in the store, and library environments with them.
fn add_libraries(archive: &mut Archive, directory: &Path) {
    let loader = library("libc6", "ld-linux-x86-64.so.2");
    archive.copy(&loader, &loader);
    let mut collection = Collection::new(&loader).expect("a loader");
    for (package, name) in [("libc6", "libc.so.6"), ("zlib1g", "libz.so.1")] {
        let library = library(package, name);
        archive.copy(&library, &library);
        collection.add_library(name.as_ref(), &library);
    }
    let env = collection.finish().expect("libraries");
    env.write(directory).expect("a library environment");
    for plan in Plan::ALL {
        archive.copy(directory, Path::new(plan.library_env()));
    }
}

/// The canonical path of a library in the store.
fn library(package: &str, name: &str) -> PathBuf {
    let path = store_path(package).join("lib").join(name);
    fs::canonicalize(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn compile(source: &str, output: &Path, flags: &[&str]) {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kernel"));
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-Wall", "-Werror", "-D_GNU_SOURCE", "-o"]);
    compiler.arg(output).arg(folder.join(source)).args(flags);
    let status = compiler.status().expect("the C compiler can be started");
    assert!(status.success(), "{compiler:?}: {status}");
}
