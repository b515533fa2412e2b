//! `ldshim locate`

use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::library_tree::Ran;
use crate::nix_index::{Database, Package};

/// A user's home with a database of nix-index.
pub struct Home(pub TempDir);

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A home with an index of a few packages.
    pub fn with_index() -> Self {
        let home = Self::new();
        home.write_database(&database());
        home.ldshim(&["index", "import"]).succeeded();
        home
    }

    pub fn write_database(&self, bytes: &[u8]) {
        let directory = self.0.path().join(".cache/nix-index");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("files"), bytes).unwrap();
    }

    pub fn ldshim(&self, args: &[&str]) -> Ran {
        let mut ldshim = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        ldshim.env("HOME", self.0.path());
        for variable in ["XDG_CACHE_HOME", "NIX_INDEX_DATABASE"] {
            ldshim.env_remove(variable);
        }
        Ran::of(ldshim.args(args))
    }

    /// The providers that `ldshim locate --json` prints.
    pub fn locate(&self, args: &[&str]) -> Vec<Value> {
        let ran = self.ldshim(&[&["locate", "--json"], args].concat());
        let value: Value = serde_json::from_str(&ran.stdout).unwrap();
        value["providers"].as_array().unwrap().clone()
    }
}

/// A small database: zlib, something that bundles a zlib, and plugins.
pub fn database() -> Vec<u8> {
    let mut database = Database::new(Vec::new(), 3).unwrap();
    let zlib = Package::new('a', "zlib", "zlib-1.3.1");
    let files = [
        ("3d", "/lib"),
        ("libz.so.1.3.1s", "/lib/libz.so"),
        ("libz.so.1.3.1s", "/lib/libz.so.1"),
        ("100x", "/lib/libz.so.1.3.1"),
        ("100r", "/lib/libz.a"),
    ];
    database.package(&zlib, files).unwrap();
    let bundle = Package::new('b', "app", "app-2");
    let files = [
        ("100x", "/bin/app"),
        ("100x", "/lib/app/libplug.so"),
        ("100x", "/lib/app/libz.so.1"),
    ];
    database.package(&bundle, files).unwrap();
    database.finish().unwrap()
}

#[test]
fn the_package_of_a_library_is_named_with_its_path() {
    let home = Home::with_index();
    let ran = home.ldshim(&["locate", "libz.so.1"]).succeeded();
    let zlib = Package::new('a', "zlib", "zlib-1.3.1").store_path();
    let first = ran.stdout.lines().next().unwrap();
    assert_eq!(first, format!("zlib.out {zlib}/lib/libz.so.1"));
    assert_eq!(ran.stdout.lines().count(), 2, "{ran:?}");
}

#[test]
fn the_own_library_of_a_package_comes_before_one_that_is_bundled() {
    let home = Home::with_index();
    let found = home.locate(&["libz.so.1"]);
    let attributes: Vec<_> = found.iter().map(|it| it["attribute"].clone()).collect();
    assert_eq!(attributes, ["zlib", "app"]);
}
