//! `ldshim locate`

use std::process::Command;

use ldshim::printable::shell_word;
use serde_json::Value;
use tempfile::TempDir;

use crate::library_tree::{LibraryTree, Ran};
use crate::nix_index::{Database, Package};

/// A user's home with a database of nix-index.
pub struct Home(pub TempDir);

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A home with an index of a few packages.
    pub fn with_index() -> Self {
        Self::with_index_of(&database())
    }

    /// A home with an index that is made of this database.
    pub fn with_index_of(database: &[u8]) -> Self {
        let home = Self::new();
        home.write_database(database);
        home.ldshim(&["index", "import"]).succeeded();
        home
    }

    pub fn write_database(&self, bytes: &[u8]) {
        let directory = self.0.path().join(".cache/nix-index");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("files"), bytes).unwrap();
    }

    /// `ldshim` as the user of this home runs it.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut ldshim = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        ldshim.env("HOME", self.0.path());
        for variable in ["XDG_CACHE_HOME", "NIX_INDEX_DATABASE"] {
            ldshim.env_remove(variable);
        }
        ldshim.args(args);
        ldshim
    }

    pub fn ldshim(&self, args: &[&str]) -> Ran {
        Ran::of(&mut self.command(args))
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

#[test]
fn what_no_package_has_is_not_found() {
    let home = Home::with_index();
    let ran = home.ldshim(&["locate", "libnothing.so.1"]);
    assert_eq!(ran.stdout, "");
    ran.failed_with("libnothing.so.1");
    assert!(home.locate(&["libnothing.so.1"]).is_empty());
}

#[test]
fn a_pattern_finds_all_that_fits() {
    let home = Home::with_index();
    assert_eq!(home.locate(&["libz.so*"]).len(), 4);
    assert_eq!(home.locate(&["*plug*"]).len(), 1);
    assert_eq!(home.locate(&["libz.so.?"]).len(), 2);
    let ran = home.ldshim(&["locate", "lib[z"]);
    ran.failed_with("has no ]");
}

#[test]
fn a_path_is_compared_with_all_of_it() {
    let home = Home::with_index();
    let attribute = |path: &str| home.locate(&["--path", path])[0]["attribute"].clone();
    assert_eq!(attribute("lib/libz.so.1"), "zlib");
    assert_eq!(attribute("/lib/app/libz.so.1"), "app");
    assert_eq!(attribute("lib/*/libz*"), "app");
    assert!(home.locate(&["--path", "libz.so.1"]).is_empty());
    let ran = home.ldshim(&["locate", "lib/libz.so.1"]);
    ran.failed_with("--path");
}

#[test]
fn without_an_index_it_says_how_to_get_one() {
    let home = Home::new();
    let ran = home.ldshim(&["locate", "libz.so.1"]);
    for text in ["ldshim index update", "ldshim index import"] {
        assert!(ran.stderr.contains(text), "{ran:?}");
    }
    assert_eq!((ran.code, &*ran.stdout), (Some(1), ""));
}

#[test]
fn an_index_that_is_damaged_is_an_error_with_the_next_step() {
    let home = Home::with_index();
    let index = home.0.path().join(".cache/ldshim/index/nixpkgs");
    for bytes in [&b""[..], b"ldshimix", b"something else"] {
        std::fs::write(&index, bytes).unwrap();
        let ran = home.ldshim(&["locate", "libz.so.1"]);
        ran.failed_with("make it again with `ldshim index update`");
    }
    home.ldshim(&["index", "import"]).succeeded();
    assert_eq!(home.locate(&["libz.so.1"]).len(), 2);
}

/// The attributes of packages that have a file `libcurl.so.4`, in the order in which they are listed.
fn ranked(packages: &[(&str, &str, bool, &str)]) -> Vec<String> {
    let mut database = Database::new(Vec::new(), 1).unwrap();
    for ((attribute, output, is_top_level, path), digit) in
        packages.iter().zip("0123456789".chars())
    {
        let package = Package {
            output,
            is_top_level: *is_top_level,
            ..Package::new(digit, attribute, "some-1")
        };
        let (path, kind) = match path.strip_prefix('@') {
            Some(path) => (
                path,
                "/nix/store/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz-x/libcurl.so.4s",
            ),
            None => (*path, "1x"),
        };
        database.package(&package, [(kind, path)]).unwrap();
    }
    let home = Home::with_index_of(&database.finish().unwrap());
    let found = home.locate(&["libcurl.so.4"]);
    let attributes = found
        .iter()
        .map(|it| it["attribute"].as_str().unwrap().to_owned());
    attributes.collect()
}

#[test]
fn the_best_guess_comes_first() {
    let lib = "/lib/libcurl.so.4";
    // The last one of each is the better one, and would come last by its name.
    for (worse, better) in [
        (
            ("curl", "out", false, lib),
            ("zzz", "dev", true, "/x/libcurl.so.4"),
        ),
        (
            ("curl", "dev", true, lib),
            ("zzz", "lib", true, "/x/libcurl.so.4"),
        ),
        (
            ("curl", "out", true, "/lib/plugins/libcurl.so.4"),
            ("zzz", "out", true, lib),
        ),
        (
            ("curl", "out", true, "@/lib/libcurl.so.4"),
            ("zzz", "out", true, lib),
        ),
        (("a", "out", true, lib), ("zcurl", "out", true, lib)),
        (("a.curl", "out", true, lib), ("zzcurl", "out", true, lib)),
        (("acurlFull", "out", true, lib), ("zcurl", "out", true, lib)),
    ] {
        for packages in [[worse, better], [better, worse]] {
            assert_eq!(ranked(&packages), [better.0, worse.0], "{packages:?}");
        }
    }
}

#[test]
fn an_attribute_that_only_refers_to_the_package_is_in_parentheses() {
    let mut database = Database::new(Vec::new(), 1).unwrap();
    let package = Package {
        is_top_level: false,
        ..Package::new('a', "app", "hidden-1")
    };
    database
        .package(&package, [("1x", "/lib/libh.so")])
        .unwrap();
    let home = Home::with_index_of(&database.finish().unwrap());
    let ran = home.ldshim(&["locate", "libh.so"]).succeeded();
    assert!(ran.stdout.starts_with("(app.out) /nix/store/"), "{ran:?}");
}

/// A home with an index of packages that have these libraries.
fn home_with(packages: &[(&str, &[&str])]) -> Home {
    let mut database = Database::new(Vec::new(), 1).unwrap();
    for ((attribute, libraries), digit) in packages.iter().zip("0123456789".chars()) {
        let package = Package::new(digit, attribute, "some-1");
        let files = libraries.iter().map(|it| ("1x", *it));
        database.package(&package, files).unwrap();
    }
    Home::with_index_of(&database.finish().unwrap())
}

#[test]
fn the_drivers_own_libraries_come_from_no_package() {
    let home = home_with(&[
        (
            "cudatoolkit",
            &["/lib/stubs/libcuda.so.1", "/lib/libcudart.so.12"],
        ),
        ("mesa", &["/lib/dri/iris_dri.so", "/lib/libGLX_mesa.so.0"]),
    ]);
    for name in [
        "libcuda.so.1",
        "libGLX_mesa.so.0",
        "libnvidia-ml.so.1",
        "iris_dri.so",
    ] {
        let ran = home.ldshim(&["locate", name]);
        assert_eq!((ran.code, &*ran.stdout), (Some(1), ""), "{name}");
        ran.failed_with("the graphics driver's own");
    }
    let ran = home.ldshim(&["locate", "--json", "libcuda.so.1"]);
    let value: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (
            &value["is_of_driver"],
            value["providers"].as_array().unwrap().len()
        ),
        (&true.into(), 0)
    );
    let ran = home.ldshim(&["locate", "libcud*"]).succeeded();
    assert_eq!(ran.stdout.lines().count(), 1, "{ran:?}");
    assert!(
        ran.stderr
            .contains("left out: 1 of the graphics driver's own"),
        "{ran:?}"
    );
    // Whoever asks for a path asks what packages have.
    assert_eq!(home.locate(&["--path", "lib/dri/*"]).len(), 1);
}

#[test]
fn another_version_that_packages_have_is_named() {
    let home = home_with(&[
        (
            "libxml2",
            &[
                "/lib/libxml2.so",
                "/lib/libxml2.so.16",
                "/lib/libxml2.so.16.1.0",
            ],
        ),
        ("python3", &["/lib/libpython3.12.so.1.0"]),
        ("libxslt", &["/lib/libxslt.so.1"]),
        ("application", &["/opt/application/libxml2.so.99"]),
    ]);
    let ran = home.ldshim(&["locate", "libxml2.so.2"]);
    assert_eq!((ran.code, &*ran.stdout), (Some(1), ""));
    for text in [
        "libxml2.so.16 is in libxml2.out",
        "another ABI",
        "an older nixpkgs may have it",
        "ldshim pin --nixpkgs REF --select libxml2.so.2=libxml2",
    ] {
        assert!(ran.stderr.contains(text), "{text:?}: {ran:?}");
    }
    for text in ["16.1.0", "libxslt", "so.99"] {
        assert!(!ran.stderr.contains(text), "{text:?}: {ran:?}");
    }
    let ran = home.ldshim(&["locate", "--json", "libpython3.8.so.1.0"]);
    let value: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(value["other_versions"][0]["name"], "libpython3.12.so.1.0");
    let newer = home.ldshim(&["locate", "libxslt.so.2"]);
    newer.failed_with("a newer nixpkgs may have it");
    home.ldshim(&["locate", "libnothing.so.1"])
        .failed_with("no package in the index has libnothing.so.1");
}

#[test]
fn a_library_that_is_needed_by_its_path_is_looked_for_by_its_name() {
    let home = Home::with_index();
    let ran = home.ldshim(&["locate", "/opt/app/libz.so.1"]).succeeded();
    assert!(ran.stdout.starts_with("zlib.out "), "{ran:?}");
    assert!(
        ran.stderr
            .contains("takes this file and looks nowhere else"),
        "{ran:?}"
    );
}

#[test]
fn a_library_in_the_tree_where_its_user_is_is_named() {
    let home = Home::with_index();
    let tree = LibraryTree::new();
    tree.library("app/lib/libown.so.1");
    tree.file("app/bin/tool", "");
    let locate = |folder: &str| {
        let mut command = home.command(&["locate", "libown.so.1"]);
        Ran::of(command.current_dir(tree.path(folder)))
    };
    let ran = locate("app/bin");
    let folder = shell_word(&tree.path("app/lib"));
    assert_eq!((ran.code, &*ran.stdout), (Some(1), ""), "{ran:?}");
    ran.failed_with(&format!("ldshim patch --add-rpath {folder} PROGRAM"));
    std::fs::remove_file(tree.path("app/lib/libown.so.1")).unwrap();
    let ran = locate("app/bin");
    assert!(!ran.stderr.contains("patch"), "{ran:?}");
}
