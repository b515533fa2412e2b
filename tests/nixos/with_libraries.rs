//! `withLibraries`, built for real: an interpreter that finds libraries for modules which were built elsewhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::common;
use crate::library_environment::long_path;
use crate::nix::{self, Answer, build, real_system};

/// Loads what it is told to; without that, prints what a child sees.
const INTERPRETER: &str = r#"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **arguments) {
    if (count < 2) return system("env");
    void *module = dlopen(arguments[1], RTLD_NOW);
    if (!module) { fprintf(stderr, "%s\n", dlerror()); return 1; }
    puts("loaded");
}
"#;

/// An interpreter's package, and a module that needs zlib.
struct Scene {
    folder: TempDir,
    /// The loader of the store, with as much room for the path of its cache as that of nixpkgs' glibc.
    loader: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let loader = folder.path().join("ld.so");
        let libc = common::store_path("libc6").join("lib/ld-linux-x86-64.so.2");
        long_path::write_loader(&libc, &loader).unwrap();
        let scene = Self { folder, loader };
        fs::create_dir_all(scene.path("package/bin")).unwrap();
        let named = format!("-Wl,--dynamic-linker,{}", scene.loader.display());
        scene.compile(INTERPRETER, &["-o", "package/bin/python3.11", &named]);
        std::os::unix::fs::symlink("python3.11", scene.path("package/bin/python3")).unwrap();
        fs::write(
            scene.path("package/bin/pydoc"),
            "#!/bin/sh\necho a script\n",
        )
        .unwrap();
        fs::create_dir_all(scene.path("package/lib")).unwrap();
        fs::write(scene.path("package/lib/standard.py"), "").unwrap();
        let library = "int only_here(void) { return 1; }";
        fs::create_dir_all(scene.path("libraries/lib")).unwrap();
        let soname = "-Wl,-soname,libonlyhere.so.1";
        scene.compile(
            library,
            &[
                "-shared",
                "-fPIC",
                soname,
                "-o",
                "libraries/lib/libonlyhere.so.1",
            ],
        );
        let module = "int only_here(void); int module(void) { return only_here(); }";
        scene.compile(
            module,
            &[
                "-shared",
                "-fPIC",
                "-o",
                "module.so",
                "libraries/lib/libonlyhere.so.1",
            ],
        );
        scene
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn compile(&self, source: &str, arguments: &[&str]) {
        fs::write(self.path("source.c"), source).unwrap();
        let mut cc = Command::new("cc");
        cc.arg("source.c")
            .args(arguments)
            .current_dir(self.folder.path());
        nix::run(&mut cc).unwrap();
    }

    /// Builds the package with these libraries, a list in Nix, and this override.
    fn build(&self, package: &str, override_: &str) -> Answer {
        let pkgs = real_system("{ }", "pkgs");
        let take = |name: &str| {
            format!(
                "(builtins.path {{ path = {}; name = \"{name}\"; }})",
                self.path(name).display()
            )
        };
        let expression = format!(
            "let pkgs = {pkgs}; ldshim = pkgs.callPackage ./package.nix {{ }}; \
             make = import ./nix/with-libraries.nix {{ inherit (pkgs) lib runCommandLocal; inherit ldshim; \
             mkLibraryEnvironment = arguments: ldshim.mkLibraryEnvironment (arguments // {{ loader = \"{}\"; }}); }}; in \
             ((make ({{ outPath = \"${{{}}}\"; name = \"python3-3.11\"; }}) [ {} ]){override_})",
            self.loader.display(),
            take(package),
            take("libraries"),
        );
        build(&expression, &self.path("result")).map(|it| it.display().to_string())
    }

    fn start(&self, interpreter: &Path, arguments: &[&Path]) -> (Option<i32>, String) {
        let mut command = Command::new(interpreter);
        command
            .args(arguments)
            .env_clear()
            .env("A", "b")
            .env("PATH", "/usr/bin:/bin");
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (
            output.status.code(),
            text + &String::from_utf8_lossy(&output.stderr),
        )
    }
}

#[test]
fn modules_find_the_libraries_and_children_see_nothing_of_it() {
    let scene = Scene::new();
    let module = scene.path("module.so");
    let original = scene.path("package/bin/python3");
    let (code, said) = scene.start(&original, &[&module]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("libonlyhere.so.1: cannot open"), "{said}");
    let result = PathBuf::from(scene.build("package", "").unwrap());
    let python = result.join("bin/python3");
    assert_eq!(
        scene.start(&python, &[&module]),
        (Some(0), "loaded\n".into())
    );
    let children = scene.start(&python, &[]);
    assert_eq!(children, scene.start(&original, &[]));
    assert!(children.1.contains("A=b"), "{children:?}");
}

#[test]
fn what_is_no_program_stays_the_packages_own() {
    let scene = Scene::new();
    let result = PathBuf::from(scene.build("package", "").unwrap());
    let link = |path: &str| fs::read_link(result.join(path)).unwrap();
    assert!(link("bin/pydoc").ends_with("bin/pydoc"));
    assert_eq!(link("bin/python3"), Path::new("python3.11"));
    assert!(result.join("lib/standard.py").is_file());
    assert!(!result.join("bin/python3.11").is_symlink());
}

#[test]
fn libraries_can_be_loaded_before_the_program_begins() {
    let scene = Scene::new();
    let override_ = ".override { preload = [ \"libonlyhere.so.1\" ]; }";
    let result = PathBuf::from(scene.build("package", override_).unwrap());
    let program = result.join("bin/python3.11");
    let mut readelf = Command::new("readelf");
    let text = nix::run(readelf.arg("-d").arg(&program)).unwrap();
    assert!(text.contains("[libonlyhere.so.1]"), "{text}");
    let module = scene.path("module.so");
    assert_eq!(scene.start(&program, &[&module]).0, Some(0));
}

/// As nixpkgs' `makeBinaryWrapper` makes them.
#[test]
fn a_compiled_wrapper_is_refused() {
    let scene = Scene::new();
    let named = format!("-Wl,--dynamic-linker,{}", scene.loader.display());
    let source = "const char text[] = \"makeCWrapper '/nix/store/x/bin/python3'\"; int main(void) { return text[0] == 0; }";
    fs::create_dir_all(scene.path("wrappers/bin")).unwrap();
    scene.compile(source, &["-o", "wrappers/bin/python3", &named]);
    let error = scene.build("wrappers", "").unwrap_err();
    assert!(
        error.contains("is a wrapper, whose program would not change"),
        "{error}"
    );
}

#[test]
fn a_program_of_another_glibc_is_refused() {
    let scene = Scene::new();
    let other = common::store_path("libc6").join("lib/ld-linux-x86-64.so.2");
    let named = format!("-Wl,--dynamic-linker,{}", other.display());
    scene.compile(INTERPRETER, &["-o", "package/bin/python3.11", &named]);
    let error = scene.build("package", "").unwrap_err();
    assert!(error.contains("was built with another glibc"), "{error}");
}

#[test]
fn a_package_of_wrappers_is_refused() {
    let scene = Scene::new();
    fs::create_dir_all(scene.path("wrappers/bin")).unwrap();
    fs::write(
        scene.path("wrappers/bin/python3"),
        "#!/bin/sh\nexec python3\n",
    )
    .unwrap();
    let error = scene.build("wrappers", "").unwrap_err();
    assert!(
        error.contains("has no program in bin/ that names a loader"),
        "{error}"
    );
}
