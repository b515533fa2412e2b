//! A bundle of the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::Ran;
use crate::root;

/// Where it is in the root.
pub const PLACE: &str = "/opt/a-bundle";
/// The program in it.
pub const PROGRAM: &str = "/opt/a-bundle/bin/program";

/// Makes it, with what starts bundled programs.
pub fn bundle(entry: &Path) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kernel-bundle");
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("that of an earlier run");
    }
    fs::create_dir(&folder).expect("a folder");
    let program = folder.join("program");
    root::compile_program(&program);
    let bundle = folder.join("bundle");
    let mut ldshim = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    ldshim.arg("bundle").arg(&program).arg("--out").arg(&bundle);
    Ran::of(ldshim.env("LDSHIM_BUNDLE_ENTRY", entry)).succeeded();
    bundle
}
