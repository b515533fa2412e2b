//! `mkLibraryEnvironment`, built for real: what comes of it works, refers to what it needs and nothing else, and is kept or
//! collected as it should be.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common;
use crate::nix::{self, build, real_system};

#[path = "../common/long_path.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
pub mod long_path;

/// Glibc is among the libraries because Debian's loader does not look for it in its own folder, as that of nixpkgs
/// does.
const CONFIGURATION: &str = "({ pkgs, ... }: { programs.nix-ld.enable = true; programs.nix-ld.libraries = [ pkgs.glibc ]; })";

/// A folder for links into the store, which keep what they lead to.
pub fn roots() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub fn built(roots: &TempDir, attribute: &str) -> PathBuf {
    let attribute = format!("config.programs.nix-ld.internal.{attribute}");
    let expression = real_system(CONFIGURATION, &attribute);
    build(&expression, &roots.path().join("result")).unwrap()
}

/// The expression of a library environment: what `mkLibraryEnvironment` makes of these arguments, which can name
/// `pkgs`.
fn environment(arguments: &str) -> String {
    let pkgs = real_system("{ }", "pkgs");
    format!(
        "let pkgs = {pkgs}; ldshim = pkgs.callPackage ./package.nix {{ }}; in \
         ldshim.mkLibraryEnvironment {{ {arguments} }}"
    )
}

pub fn ldshim(arguments: &[&str], path: &Path) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    let text = nix::run(command.args(arguments).arg(path)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn library_names(environment: &Path) -> Vec<String> {
    let shown = ldshim(&["env", "show", "--json"], environment);
    assert_eq!(shown["holds"], true, "{shown:#}");
    let libraries = shown["libraries"].as_array().unwrap().iter();
    libraries
        .map(|library| library["name"].as_str().unwrap().to_owned())
        .collect()
}

pub fn store(verb: &[&str], path: &Path) -> nix::Answer {
    nix::run(nix::command("nix-store").args(verb).arg(path))
}

pub fn references(path: &Path) -> Vec<String> {
    let text = store(&["--query", "--references"], path).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_library_environment_holds() {
    let roots = roots();
    let environment = built(&roots, "libraryEnvironment");
    let shown = ldshim(&["env", "show", "--json"], &environment);
    assert_eq!(shown["loader"]["system"], "x86_64-linux");
    let names = library_names(&environment);
    for name in ["libz.so.1", "libstdc++.so.6", "libssl.so.3", "libc.so.6"] {
        assert!(names.iter().any(|it| it == name), "{name} in {names:?}");
    }
}

#[test]
fn it_refers_to_its_libraries_and_its_loader_only() {
    let roots = roots();
    let environment = built(&roots, "libraryEnvironment");
    let references = references(&environment);
    for name in ["libc6", "zlib1g", "libssl3", "libstdc++6"] {
        let is_there = |path: &String| path.contains(&format!("-{name}_"));
        assert!(references.iter().any(is_there), "{name}: {references:?}");
    }
    let is_tool = |path: &String| path.contains("-ldshim-");
    assert!(!references.iter().any(is_tool), "{references:?}");
}

#[test]
fn packages_without_libraries_are_left_out_by_name() {
    let roots = roots();
    let without = "(pkgs.runCommand \"without\" { } \"mkdir $out\")";
    let arguments = format!("libraries = [ {without} pkgs.zlib ];");
    let mut command = nix::command("nix-build");
    // It may have been built before, and then there is only the log.
    command.args(["--expr", &environment(&arguments), "--out-link"]);
    let path = nix::run(command.arg(roots.path().join("result"))).unwrap();
    let path = Path::new(&path);
    let log = nix::run(nix::command("nix-store").arg("--read-log").arg(path)).unwrap();
    assert!(
        log.contains("-without has no lib/, and is left out"),
        "{log}"
    );
    let names = library_names(path);
    assert!(names.iter().any(|name| name == "libz.so.1"), "{names:?}");
}

#[test]
fn a_name_that_leaves_no_room_for_the_cache_is_said() {
    let folder = roots();
    let loader = folder.path().join("ld.so");
    let libc = common::store_path("libc6").join("lib/ld-linux-x86-64.so.2");
    long_path::write_loader(&libc, &loader).unwrap();
    let log = |name: &str| {
        let arguments = format!(
            "name = \"{name}\"; libraries = [ pkgs.zlib ]; loader = \"{}\";",
            loader.display()
        );
        let path = build(&environment(&arguments), &folder.path().join(name)).unwrap();
        nix::run(nix::command("nix-store").arg("--read-log").arg(path)).unwrap()
    };
    let long = log("as-long-as-that-of-this-glibc");
    let said = "-as-long-as-that-of-this-glibc/ld.so.cache is longer than the 70 letters";
    assert!(long.contains(said), "{long}");
    let short = log("short");
    assert!(!short.contains("longer"), "{short}");
}

#[test]
fn without_any_library_there_is_still_the_glibc_of_the_loader() {
    let roots = roots();
    let path = build(
        &environment("libraries = [ ];"),
        &roots.path().join("result"),
    )
    .unwrap();
    let names = library_names(&path);
    assert!(names.iter().any(|name| name == "libc.so.6"), "{names:?}");
    assert!(!names.iter().any(|name| name == "libz.so.1"), "{names:?}");
}

#[test]
fn a_32_bit_library_environment_is_made_by_the_64_bit_tool() {
    let roots = roots();
    let arguments = "
        libraries = [ pkgs.pkgsi686Linux.glibc pkgs.zlib ];
        loader = pkgs.pkgsi686Linux.stdenv.cc.bintools.dynamicLinker;";
    let path = build(&environment(arguments), &roots.path().join("result")).unwrap();
    let shown = ldshim(&["env", "show", "--json"], &path);
    assert_eq!(shown["loader"]["system"], "i686-linux");
    let names = library_names(&path);
    assert!(names.iter().any(|name| name == "libm.so.6"), "{names:?}");
    assert!(
        !names.iter().any(|name| name == "libz.so.1"),
        "64-bit: {names:?}"
    );
}

#[test]
fn extra_paths_are_searched_when_a_program_starts_and_need_not_exist_before() {
    let extra = tempfile::tempdir().unwrap();
    let directory = extra.path().join("a driver's");
    let configuration = format!(
        "({{ pkgs, ... }}: {{
            programs.nix-ld.enable = true;
            programs.nix-ld.libraries = [ pkgs.glibc ];
            programs.nix-ld.extraPaths = [ \"{}\" ];
        }})",
        directory.display()
    );
    let roots = roots();
    let made = |name: &str| {
        let attribute = format!("config.programs.nix-ld.internal.{name}");
        let expression = real_system(&configuration, &attribute);
        build(&expression, &roots.path().join(name)).unwrap()
    };
    let shown = ldshim(&["env", "show", "--json"], &made("libraryEnvironment"));
    assert_eq!(shown["extra_paths"], json!([directory]), "{shown:#}");

    let stub = made("stub").join("libexec/nix-ld");
    let listed = || {
        let mut start = Command::new(&stub);
        start.env_clear().args(["--list", "/bin/sh"]);
        nix::run(&mut start).unwrap()
    };
    let library = directory.join("libc.so.6");
    let library = library.to_str().unwrap();
    assert!(!listed().contains(library), "it is not there yet");
    fs::create_dir(&directory).unwrap();
    let libc = common::store_path("libc6").join("lib/libc.so.6");
    fs::copy(libc, library).unwrap();
    assert!(listed().contains(library), "{}", listed());
}

#[test]
fn of_the_graphics_driver_the_names_are_known_when_the_system_is_built() {
    let configuration = "({ pkgs, ... }: {
            programs.nix-ld.enable = true;
            programs.nix-ld.libraries = [ pkgs.glibc ];
            programs.nix-ld.extraPaths = [ \"/run/opengl-driver/lib\" ];
            hardware.graphics.enable = true;
            hardware.graphics.package = pkgs.zlib;
            hardware.graphics.extraPackages = [ pkgs.zstd ];
        })";
    let roots = roots();
    let attribute = "config.programs.nix-ld.internal.libraryEnvironment";
    let expression = real_system(configuration, attribute);
    let path = build(&expression, &roots.path().join("result")).unwrap();
    let shown = ldshim(&["env", "show", "--json"], &path);
    assert_eq!(shown["known_paths"], json!(["/run/opengl-driver/lib"]));
    assert_eq!(shown["extra_paths"], json!([]), "it is named in vain");
    let libraries = shown["libraries"].as_array().unwrap();
    for name in ["libz.so.1", "libzstd.so.1"] {
        let library = libraries.iter().find(|it| it["name"] == name);
        let expected = format!("/run/opengl-driver/lib/{name}");
        assert_eq!(library.unwrap()["path"], expected, "{shown:#}");
    }
    assert_eq!(shown["holds"], true, "{shown:#}");
    // The driver comes with the system, and not with the library environment.
    let needed = nix::run(
        nix::command("nix-store")
            .args(["--query", "--references"])
            .arg(&path),
    );
    let zlib = common::store_path("zlib1g");
    assert!(!needed.unwrap().contains(zlib.to_str().unwrap()));
}

/// The paths that the next garbage collection would remove, or keep. Nothing is removed.
fn list(which: &str) -> Vec<PathBuf> {
    let mut command = nix::command("nix-store");
    let text = nix::run(command.args(["--gc", which])).unwrap();
    text.lines().map(PathBuf::from).collect()
}

#[test]
fn a_root_keeps_the_library_environment_and_its_libraries_from_collection() {
    let roots = roots();
    // A library that nothing else refers to: it is of this test run.
    let unique = format!(
        "(pkgs.runCommand \"unique-{}\" {{ }} ''mkdir -p $out/lib; cp ${{pkgs.zlib}}/lib/libz.so.1 $out/lib'')",
        std::process::id()
    );
    let link = roots.path().join("kept");
    let expression = environment(&format!("libraries = [ {unique} ];"));
    let environment = build(&expression, &link).unwrap();
    let library = fs::canonicalize(environment.join("libz.so.1")).unwrap();
    let library = library.ancestors().nth(2).unwrap().to_owned();

    let live = list("--print-live");
    assert!(live.contains(&environment) && live.contains(&library));
    let refused = store(&["--delete"], &environment).unwrap_err();
    assert!(refused.contains("still alive"), "{refused}");

    fs::remove_file(link).unwrap();
    let dead = list("--print-dead");
    assert!(dead.contains(&environment) && dead.contains(&library));
    // Not the whole collection: others use this store.
    for path in [&environment, &library] {
        store(&["--delete"], path).unwrap();
        assert!(!path.exists());
    }
}
