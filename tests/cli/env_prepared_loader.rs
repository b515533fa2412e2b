//! The prepared loader of `ldshim env build`: a copy of the loader that looks into the environment by itself.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::library_tree::{LibraryTree, Ran, loader};
use crate::long_path;

/// A library that only the environment `d` has, a program that needs it, and a loader with as much room for a path as nixpkgs'
/// has.
fn tree() -> LibraryTree {
    let tree = LibraryTree::new();
    tree.file("f.c", "int f(void) { return 0; }");
    tree.file("libs/none", "");
    let soname = "-Wl,-soname,libonly.so";
    tree.cc(&["-shared", "-fPIC", soname, "-o", "libs/libonly.so", "f.c"]);
    tree.file("use.c", "int f(void); int main(void) { return f(); }");
    tree.cc(&["-o", "use", "use.c", "libs/libonly.so"]);
    let libc = loader().with_file_name("libc.so.6");
    tree.link("libs/libc.so.6", libc);
    long_path::write_loader(&loader(), &tree.path("roomy.so")).unwrap();
    tree
}

fn build(tree: &LibraryTree, flags: &[&str]) -> Ran {
    let args = ["env", "build", "--out", "d", "--loader", "roomy.so"];
    tree.ldshim(&[&args[..], flags, &["libs"]].concat())
}

fn shown(tree: &LibraryTree, directory: &str) -> Value {
    let ran = tree.ldshim(&["env", "show", "--json", directory]);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// Has a loader run the program without any variable.
fn run(tree: &LibraryTree, loader: &str) -> Ran {
    let mut command = Command::new(tree.path(loader));
    Ran::of(command.arg(tree.path("use")).env_clear())
}

fn lacks_the_library(ran: &Ran) {
    assert_eq!(ran.code, Some(127), "{ran:?}");
    let said = "libonly.so: cannot open shared object file";
    assert!(ran.stderr.contains(said), "{ran:?}");
}

#[test]
fn it_finds_the_environment_by_itself() {
    let tree = tree();
    build(&tree, &[]).succeeded();
    run(&tree, "d/ld.so").succeeded();
    lacks_the_library(&run(&tree, "roomy.so"));
    let names = [
        "ld.so",
        "ld.so.cache",
        "ld.so.original",
        "libc.so.6",
        "libonly.so",
    ];
    assert_eq!(tree.names("d"), names);
    assert_eq!(tree.target("d/ld.so.original"), tree.path("roomy.so"));
}

#[test]
fn debuggers_and_profilers_know_it_for_the_loader() {
    let tree = tree();
    build(&tree, &[]).succeeded();
    let readelf = |flag: &str, file: &str| {
        let mut command = Command::new("readelf");
        let ran = Ran::of(command.args([flag, "-W"]).arg(tree.path(file))).succeeded();
        ran.stdout
    };
    let build_id = readelf("-n", "d/ld.so");
    assert!(build_id.contains("Build ID"), "{build_id}");
    assert_eq!(build_id, readelf("-n", "roomy.so"));
    for flag in ["--dyn-syms", "--hex-dump=.gnu_debuglink"] {
        assert_eq!(
            readelf(flag, "d/ld.so"),
            readelf(flag, "roomy.so"),
            "{flag}"
        );
    }
    // Those that are loaded: at addresses other than 0.
    let addresses = |file: &str| -> Vec<String> {
        let lines = readelf("-S", file);
        let loaded = lines
            .lines()
            .filter(|it| it.starts_with("  [") && !it.contains(" 0000000000000000 "));
        loaded.map(str::to_owned).collect()
    };
    assert!(addresses("d/ld.so").len() > 10);
    assert_eq!(addresses("d/ld.so"), addresses("roomy.so"));
}

#[test]
fn env_show_says_of_which_file_it_is_a_copy_and_whether_that_has_changed() {
    let tree = tree();
    build(&tree, &[]).succeeded();
    let cache = tree.path("d/ld.so.cache");
    let said = format!(
        "copy     ld.so is a copy of it, prepared for {}\n",
        cache.display()
    );
    let text = tree.ldshim(&["env", "show", "d"]).succeeded().stdout;
    assert!(text.contains(&said), "{text}");
    let json = shown(&tree, "d");
    assert_eq!(
        json["loader"]["path"],
        tree.path("roomy.so").to_str().unwrap()
    );
    assert_eq!(json["loader"]["prepared_for"], cache.to_str().unwrap());
    assert_eq!(json["loader"]["copy_is_outdated"], false);

    let mut bytes = fs::read(tree.path("roomy.so")).unwrap();
    bytes.extend([0; 8]);
    fs::write(tree.path("roomy.so"), bytes).unwrap();
    let json = shown(&tree, "d");
    assert_eq!(json["loader"]["copy_is_outdated"], true);
    assert_eq!(json["holds"], false);
    let changed = tree.ldshim(&["env", "show", "d"]);
    changed.failed_with("");
    build(&tree, &[]).succeeded();
    assert_eq!(shown(&tree, "d")["holds"], true);
}

#[test]
fn one_that_is_there_already_is_not_written_again() {
    let tree = tree();
    build(&tree, &[]).succeeded();
    let before = fs::metadata(tree.path("d/ld.so")).unwrap().ino();
    build(&tree, &[]).succeeded();
    assert_eq!(fs::metadata(tree.path("d/ld.so")).unwrap().ino(), before);
    build(&tree, &["--for", "/elsewhere"]).succeeded();
    assert_ne!(fs::metadata(tree.path("d/ld.so")).unwrap().ino(), before);
}

#[test]
fn for_names_the_place_where_the_environment_will_be() {
    let tree = tree();
    build(&tree, &["--for", "/elsewhere"]).succeeded();
    let json = shown(&tree, "d");
    assert_eq!(json["loader"]["prepared_for"], "/elsewhere/ld.so.cache");
    assert_eq!(json["cache"]["place_is_wrong"], true);
    build(&tree, &["--for", "elsewhere"]).failed_with("name the whole path");
}

#[test]
fn where_the_path_is_too_long_or_there_are_extra_paths_the_loader_stays_as_it_is() {
    let tree = tree();
    let long = format!("/{}", "x".repeat(100));
    for (flags, why) in [
        (&["--for", &*long][..], "bytes, and the loader has room for"),
        (
            &["--for", "/nld", "--extra-path", "/nowhere"],
            "have to be looked for at each start",
        ),
    ] {
        let ran = build(&tree, &[&["-v"], flags].concat());
        assert!(ran.stderr.contains(why), "{ran:?}");
        assert_eq!(tree.target("d/ld.so"), tree.path("roomy.so"));
        assert!(tree.path("d/ld.so.cache.place").is_symlink());
    }
}

#[test]
fn an_environment_that_was_moved_serves_through_the_stub() {
    let tree = tree();
    build(&tree, &[]).succeeded();
    fs::rename(tree.path("d"), tree.path("moved")).unwrap();
    let start = |directory: &str| {
        let mut command = Command::new(crate::common::stub());
        command.arg(tree.path("use")).env_clear();
        command.env("NIX_LD_LIBRARY_PATH", tree.path(directory));
        command.env("NIX_LD_LOG", "info");
        Ran::of(&mut command)
    };
    let ran = start("moved").succeeded();
    assert!(ran.stderr.contains("by the loader's cache"), "{ran:?}");
    // By itself it looks where it was.
    lacks_the_library(&run(&tree, "moved/ld.so"));
    assert_eq!(shown(&tree, "moved")["cache"]["place_is_wrong"], true);
    tree.link("link", "moved");
    start("link").succeeded();
}

#[test]
fn explain_knows_what_it_has_built_in() {
    let tree = tree();
    build(&tree, &[]).succeeded();
    fs::create_dir(tree.path("empty")).unwrap();
    let explain = |directory: &Path| {
        let own = tree.path("d/ld.so");
        let [own, directory] = [&*own, directory].map(|it| it.to_str().unwrap());
        tree.ldshim(&[
            "explain",
            "--loader",
            own,
            "--library-path",
            directory,
            "use",
        ])
    };
    let own = explain(&tree.path("d"));
    let library = format!("{} cache", tree.path("libs/libonly.so").display());
    assert!(own.stdout.contains(&library), "{own:?}");
    tree.link("link", "d");
    let by_link = explain(&tree.path("link"));
    assert!(by_link.stdout.contains(&library), "{by_link:?}");
    let other = explain(&tree.path("empty"));
    assert!(!other.stdout.contains(&library), "{other:?}");
}
