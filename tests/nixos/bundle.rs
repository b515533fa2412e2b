//! `bundle`, built for real: a program of a package as a folder, a package of Debian, and a file that unpacks itself.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::common;
use crate::nix::{self, Answer, build, real_system};

const PROGRAM: &str = r#"
#include <stdio.h>
int main(int count, char **arguments) { printf("hello %s\n", count > 1 ? arguments[1] : "world"); }
"#;

/// A package with two programs, which need the store's glibc.
struct Scene(TempDir);

impl Scene {
    fn new() -> Self {
        let scene = Self(tempfile::tempdir().unwrap());
        let bin = scene.path("package/bin");
        fs::create_dir_all(&bin).unwrap();
        fs::write(scene.path("hello.c"), PROGRAM).unwrap();
        let libraries = common::store_path("libc6").join("lib");
        let loader = libraries.join("ld-linux-x86-64.so.2");
        let mut cc = Command::new("cc");
        cc.arg(format!("-Wl,--dynamic-linker,{}", loader.display()));
        cc.arg(format!("-Wl,-rpath,{}", libraries.display()));
        cc.arg("-o")
            .arg(bin.join("hello"))
            .arg(scene.path("hello.c"));
        nix::run(&mut cc).unwrap();
        fs::copy(bin.join("hello"), bin.join("hi")).unwrap();
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn build(&self, arguments: &str) -> Answer {
        let pkgs = real_system("{ }", "pkgs");
        let package = self.path("package");
        let expression = format!(
            "let pkgs = {pkgs}; ldshim = pkgs.callPackage ./package.nix {{ }}; in \
             ldshim.bundle {{ package = {{ outPath = \"${{builtins.path {{ path = {}; name = \"hello-2.12\"; }}}}\"; \
             name = \"hello-2.12\"; meta.description = \"It's a greeting\"; }}; {arguments} }}",
            package.display()
        );
        build(&expression, &self.path("result")).map(|it| it.display().to_string())
    }
}

fn greeting(program: &Path) -> String {
    let mut command = Command::new(program);
    nix::run(command.arg("Nix").env_clear()).unwrap()
}

#[test]
fn a_folder_has_all_programs_of_the_package() {
    let scene = Scene::new();
    let folder = PathBuf::from(scene.build("").unwrap());
    for name in ["hello", "hi"] {
        assert_eq!(greeting(&folder.join("bin").join(name)), "hello Nix");
    }
    // It is the folder's own loader that has started it.
    let program = fs::canonicalize(folder.join("bin/hello")).unwrap();
    let readelf = nix::run(Command::new("readelf").arg("-lW").arg(program)).unwrap();
    assert!(!readelf.contains("INTERP"), "{readelf}");
}

#[test]
fn a_package_of_debian_has_the_packages_name_and_description() {
    let scene = Scene::new();
    let file = scene
        .build("format = \"deb\"; programs = [ \"hello\" ];")
        .unwrap();
    assert!(file.ends_with("-hello-2.12.deb"), "{file}");
    let field = |name: &str| nix::run(Command::new("dpkg-deb").args(["-f", &file, name])).unwrap();
    assert_eq!(field("Package"), "hello-bundle");
    assert_eq!(field("Version"), "2.12");
    assert!(field("Description").starts_with("It's a greeting\n"));
    let list = nix::run(Command::new("dpkg-deb").args(["-c", &file])).unwrap();
    assert!(
        list.contains(" usr/bin/hello -> ../lib/hello-bundle/bin/hello"),
        "{list}"
    );
    assert!(!list.contains("usr/bin/hi"), "{list}");
}

#[test]
fn a_file_that_unpacks_itself_runs() {
    let scene = Scene::new();
    let file = scene
        .build("format = \"run\"; programs = [ \"hi\" ];")
        .unwrap();
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o111,
        0o111
    );
    let mut command = Command::new(&file);
    let said = nix::run(
        command
            .arg("Nix")
            .env("XDG_CACHE_HOME", scene.path("cache")),
    );
    assert_eq!(said.unwrap(), "hello Nix");
}

#[test]
fn a_package_without_programs_and_a_program_that_it_has_not_are_refused() {
    let scene = Scene::new();
    let error = scene.build("programs = [ \"none\" ];").unwrap_err();
    assert!(error.contains("bin/none"), "{error}");
    fs::remove_dir_all(scene.path("package/bin")).unwrap();
    fs::create_dir_all(scene.path("package/lib")).unwrap();
    let error = scene.build("").unwrap_err();
    assert!(error.contains("has no program"), "{error}");
}

/// The flake's check of it, with this package of ldshim.
fn check(package: &str) -> Answer {
    let pkgs = real_system("{ }", "pkgs");
    let folder = tempfile::tempdir().unwrap();
    let expression = format!(
        "let pkgs = {pkgs}; package = pkgs.callPackage ./package.nix {{ }}; in (import ./nix/checks.nix {{ \
         self.packages.x86_64-linux.default = {package}; nixosSystem = null; inherit pkgs; }}).bundle"
    );
    build(&expression, &folder.path().join("result")).map(|it| it.display().to_string())
}

#[test]
fn the_flakes_check_passes_bundles_and_not_copies_of_what_needs_the_store() {
    check("package").unwrap();
    // A copy of the original starts as long as the store is there.
    let copy = "package // { bundle = { package, format }: if format == \"folder\" then package else \
                (pkgs.callPackage ./package.nix { }).bundle { inherit package format; }; }";
    let error = check(copy).unwrap_err();
    assert!(
        error.contains("the bundle takes its C library from /nix/store"),
        "{error}"
    );
}
