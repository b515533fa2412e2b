//! Bundles, each made once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::common::{Ran, build_stub, platform, target};
use crate::programs::Program;

/// The bundle of a program.
pub fn bundle(program: &Program) -> PathBuf {
    static MADE: Mutex<BTreeMap<&str, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let bundle = made.entry(program.name).or_insert_with(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("elsewhere");
        fs::create_dir_all(&folder).expect("a folder");
        let out = folder.join(program.name);
        if out.exists() {
            fs::remove_dir_all(&out).expect("the bundle of an earlier run");
        }
        let mut ldshim = ldshim();
        ldshim
            .arg("bundle")
            .arg(program.path())
            .arg("--out")
            .arg(&out);
        Ran::of(&mut ldshim).succeeded();
        out
    });
    bundle.clone()
}

/// `ldshim`, with the entry that it puts into programs.
pub fn ldshim() -> Command {
    static ENTRY: LazyLock<PathBuf> = LazyLock::new(|| {
        let stub = build_stub(platform(), "release", target(), "");
        stub.with_file_name("bundle-entry")
    });
    let mut ldshim = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    ldshim.env("LDSHIM_BUNDLE_ENTRY", &*ENTRY);
    ldshim
}
