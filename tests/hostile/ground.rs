//! The root in which hostile things are tried, and the programs that are tried there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ldshim::library_env::Collection;
use ldshim::sandbox::Root;
use tempfile::TempDir;

use crate::common::{store_path, stub, usual_umask};

/// The loader's path in every x86-64 program, and so the place of the stub.
pub const STUB: &str = "/lib64/ld-linux-x86-64.so.2";
/// A library environment of glibc, short enough for the cache plan.
pub const NLD: &str = "/nld";

/// A root with `/nix`, the stub, a library environment at [`NLD`], and a folder of its own at `/t`.
pub struct Ground {
    pub root: Root,
    folder: TempDir,
}

impl Ground {
    pub fn new() -> Self {
        usual_umask();
        let folder = tempfile::Builder::new()
            .prefix("hostile-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .expect("a temporary folder");
        let [t, nld] = ["t", "nld"].map(|name| folder.path().join(name));
        fs::create_dir(&t).expect("a folder");
        let mut collection = Collection::new(&loader()).expect("a loader");
        collection
            .add_package(&store_path("libc6"))
            .expect("a package");
        collection
            .finish()
            .expect("libraries")
            .write(&nld)
            .expect("a library environment");
        let root = Root::nixos_like()
            .without("/nix")
            .bind_read_only("/nix", "/nix")
            .bind_read_only(stub(), STUB)
            .bind(t, "/t")
            .bind_read_only(nld, NLD);
        Self { root, folder }
    }

    /// Where `/t/NAME` of the root is outside of it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("t").join(name)
    }

    pub fn write(&self, name: &str, contents: &[u8]) {
        fs::write(self.path(name), contents).expect("a file");
    }

    /// Compiles C source into the program `/t/NAME`, once for all grounds.
    pub fn compile(&self, name: &str, source: &str, flags: &[&str]) {
        compile(&self.path(name), source, flags);
    }
}

/// Compiles C source. What is not static has the stub's path as its loader, if no flag says another.
pub fn compile(path: &Path, source: &str, flags: &[&str]) {
    let file = path.with_extension("c");
    fs::write(&file, source).expect("a file");
    let mut cc = Command::new("cc");
    cc.arg("-O1").arg("-o").arg(path).arg(&file).args(flags);
    let says = |flag: &&str| flag.starts_with("-static") || flag.contains("--dynamic-linker");
    if !flags.iter().any(says) {
        cc.arg(format!("-Wl,--dynamic-linker={STUB}"));
    }
    let output = cc.output().expect("a C compiler");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The real loader of the tests.
pub fn loader() -> PathBuf {
    store_path("libc6").join("lib/ld-linux-x86-64.so.2")
}

/// Its bytes.
pub fn loader_bytes() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| fs::read(loader()).expect("a loader"))
}
