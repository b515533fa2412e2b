//! The options `index` and `indexFrom`: what a system has of them, and the index that is built.

use std::fs;
use std::path::Path;

use ldshim::index::{Index, Place};
use serde_json::json;

use crate::nix::{build, configured, real_system};
use crate::nix_index::{Database, Package};

#[test]
fn indexed_systems_have_the_index_as_a_package() {
    let names = |configuration: &str| {
        let whole = format!("{{ programs.nix-ld = {{ enable = true; {configuration} }}; }}");
        let names = configured(&whole, "config.environment.systemPackages").unwrap();
        let names = names.as_array().unwrap().clone().into_iter();
        let has = |it: &serde_json::Value| it.as_str().unwrap().ends_with("-nix-ld-index");
        names.filter(has).count()
    };
    assert_eq!(names(""), 0);
    assert_eq!(names("index = ./README.md;"), 1);
}

#[test]
fn the_address_is_for_sessions() {
    let variable = |configuration: &str| {
        let whole = format!("{{ programs.nix-ld = {{ enable = true; {configuration} }}; }}");
        let variables = configured(&whole, "config.environment.sessionVariables").unwrap();
        variables["LDSHIM_INDEX_FROM"].clone()
    };
    assert_eq!(variable(""), json!(null));
    let address = "https://mirror.example.org/index";
    let named = format!("indexFrom = \"{address}\";");
    assert_eq!(variable(&named), json!(address));
}

/// Of a file, as nix-index-database's package is one, and of a directory, as nix-index has one.
#[test]
fn it_is_built_where_ldshim_looks_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = Database::new(Vec::new(), 3).unwrap();
    let files = [("100x", "/lib/libz.so.1")];
    let package = Package::new('a', "zlib", "zlib-1.3.1");
    database.package(&package, files).unwrap();
    let directory = folder.path().join("directory");
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("files"), database.finish().unwrap()).unwrap();
    for (name, given) in [("file", directory.join("files")), ("directory", directory)] {
        let built = build_index(&given, &folder.path().join(format!("built-of-{name}"))).unwrap();
        let place = Place::new(&built.join("share/nix-ld/index"));
        let index = Index::open(&place).unwrap().expect("an index");
        assert_eq!(index.providers("libz.so.1").unwrap().len(), 1, "{name}");
    }
    let wrong = folder.path().join("wrong");
    fs::write(&wrong, "no database").unwrap();
    let error = build_index(&wrong, &folder.path().join("none")).unwrap_err();
    assert!(error.contains("no database of nix-index"), "{error}");
}

fn build_index(database: &Path, link: &Path) -> Result<std::path::PathBuf, String> {
    let package = real_system("{ }", "config.programs.nix-ld.package");
    let path = format!("/. + {:?}", database.display().to_string());
    build(&format!("({package}).mkIndex ({path})"), link)
}
