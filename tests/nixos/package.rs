//! The package: what nixpkgs' own nix-ld package has is at the same places in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::nix::{self, build, evaluate, real_system, system};

/// The package, and what keeps it in the store.
fn package() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let expression = real_system("{ }", "config.programs.nix-ld.package");
    let path = build(&expression, &folder.path().join("package")).unwrap();
    (folder, path)
}

fn all_files(folder: &Path) -> Vec<String> {
    let find = Command::new("find")
        .current_dir(folder)
        .args([".", "-not", "-type", "d"])
        .output();
    let text = String::from_utf8(find.unwrap().stdout).unwrap();
    let mut files: Vec<_> = text.lines().map(|line| line[2..].to_owned()).collect();
    files.sort();
    files
}

#[test]
fn it_has_the_files_of_nix_lds_package_and_the_tool() {
    let (_kept, package) = package();
    let files = all_files(&package);
    let others: Vec<_> = files
        .iter()
        .filter(|file| !file.starts_with("share/"))
        .collect();
    assert_eq!(
        others,
        [
            "bin/ldshim",
            "bin/nix-ld",
            "lib/tmpfiles.d/nix-ld.conf",
            "libexec/bundle-entry",
            "libexec/ldshim/bin/ldconfig",
            "libexec/ldshim/bin/patchelf",
            "libexec/nix-ld",
            "libexec/run-head",
            "nix-support/ldpath"
        ]
    );
    for file in [
        "share/man/man1/ldshim.1",
        "share/bash-completion/completions/ldshim.bash",
        "share/fish/vendor_completions.d/ldshim.fish",
        "share/zsh/site-functions/_ldshim",
    ] {
        assert!(files.iter().any(|it| it == file), "{file} in {files:?}");
    }
}

#[test]
fn the_stub_alone_is_enough_for_another_architecture() {
    let folder = tempfile::tempdir().unwrap();
    let pkgs = real_system("{ }", "pkgs");
    let expression = format!("({pkgs}).callPackage ./package.nix {{ stubOnly = true; }}");
    let path = build(&expression, &folder.path().join("stub")).unwrap();
    assert_eq!(
        all_files(&path),
        [
            "bin/nix-ld",
            "lib/tmpfiles.d/nix-ld.conf",
            "libexec/bundle-entry",
            "libexec/nix-ld",
            "nix-support/ldpath"
        ]
    );
    let built = |package: &str| {
        let flags = format!("config.programs.nix-ld.{package}.arguments.cargoBuildFlags");
        evaluate(&system("x86_64-linux", "{ }", &flags)).unwrap()
    };
    assert_eq!(
        built("package32"),
        serde_json::json!(["--package=loader-stub"])
    );
    assert_eq!(built("package"), serde_json::json!(["--workspace"]));
}

#[test]
fn it_says_where_the_loader_belongs() {
    let (_kept, package) = package();
    let read = |file: &str| fs::read_to_string(package.join(file)).unwrap();
    let path = "/lib64/ld-linux-x86-64.so.2";
    assert_eq!(read("nix-support/ldpath"), format!("{path}\n"));
    assert_eq!(
        read("lib/tmpfiles.d/nix-ld.conf"),
        format!("L+ {path} - - - - {}/libexec/nix-ld\n", package.display())
    );
    let stub = fs::canonicalize(package.join("libexec/nix-ld")).unwrap();
    assert_eq!(stub, package.join("bin/nix-ld"));
}

#[test]
fn its_programs_work() {
    let (_kept, package) = package();
    let version = nix::run(Command::new(package.join("bin/ldshim")).arg("--version")).unwrap();
    assert_eq!(version, concat!("ldshim ", env!("CARGO_PKG_VERSION")));
    // With neither a library environment nor a loader the stub says so.
    let mut start = Command::new(package.join("libexec/nix-ld"));
    let error = nix::run(start.env_clear().arg("/bin/true")).unwrap_err();
    assert!(error.contains("nix-ld: cannot run"), "{error}");
}

#[test]
fn it_is_patchelf_too() {
    let folder = tempfile::tempdir().unwrap();
    let expression = real_system("{ }", "config.programs.nix-ld.package.patchelf");
    let path = build(&expression, &folder.path().join("patchelf")).unwrap();
    let version = nix::run(Command::new(path.join("bin/patchelf")).arg("--version")).unwrap();
    assert_eq!(version, "patchelf 0.19.0");
    let hook = fs::read_to_string(path.join("nix-support/setup-hook")).unwrap();
    let script = format!(
        "set -e; fixupOutputHooks=(); isELF() {{ return 0; }}; {hook}\npatchELF {}",
        folder.path().join("output").display()
    );
    let program = folder.path().join("output/program");
    fs::create_dir(program.parent().unwrap()).unwrap();
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let patchelf = |arguments: &[&str]| {
        let mut command = Command::new(path.join("bin/patchelf"));
        nix::run(command.args(arguments).arg(&program)).unwrap()
    };
    let _ = patchelf(&["--set-rpath", "/nowhere/at/all"]);
    let mut shell = Command::new("bash");
    let path_variable = format!("{}/bin:/usr/bin:/bin", path.display());
    nix::run(shell.env("PATH", path_variable).args(["-c", &script])).unwrap();
    assert_eq!(patchelf(&["--print-rpath"]), "");
}

/// A build's end, as stdenv runs it: environment hooks for the inputs, then hooks after the phase.
const STDENV: &str = r#"
set -eu
targetOffset=0 postFixupHooks=() envHooks=()
addEnvHooks() { envHooks+=("$2"); }
getAllOutputNames() { echo out; }
source "$hook/nix-support/setup-hook"
for input in $inputs; do for function in "${envHooks[@]}"; do "$function" "$input"; done; done
for code in "${postFixupHooks[@]}"; do eval "$code"; done
"#;

#[test]
fn its_hook_gives_programs_a_loader_and_search_paths() {
    let folder = tempfile::tempdir().unwrap();
    let expression = real_system("{ }", "config.programs.nix-ld.package.autoPatchHook");
    let hook = build(&expression, &folder.path().join("hook")).unwrap();
    let (out, input) = (folder.path().join("out"), folder.path().join("input"));
    fs::create_dir_all(out.join("bin")).unwrap();
    fs::create_dir_all(input.join("lib")).unwrap();
    fs::create_dir_all(folder.path().join("tools/nix-support")).unwrap();
    fs::write(
        folder.path().join("f.c"),
        "int f(void); int main(void) { return f(); }",
    )
    .unwrap();
    fs::write(folder.path().join("l.c"), "int f(void) { return 42; }").unwrap();
    let compile = |arguments: &[&str]| {
        nix::run(
            Command::new("cc")
                .args(arguments)
                .current_dir(folder.path()),
        )
        .unwrap();
    };
    compile(&["-shared", "-fPIC", "-o", "input/lib/libf.so", "l.c"]);
    compile(&["-o", "out/bin/program", "f.c", "-Linput/lib", "-lf"]);
    let loader = "/lib64/ld-linux-x86-64.so.2";
    fs::write(
        folder.path().join("tools/nix-support/dynamic-linker"),
        loader,
    )
    .unwrap();
    fs::write(folder.path().join("tools/nix-support/orig-libc"), "/usr").unwrap();
    let program = out.join("bin/program");
    assert_eq!(Command::new(&program).status().unwrap().code(), Some(127));
    let run = |more: &[(&str, &str)]| {
        let mut shell = Command::new("bash");
        shell
            .args(["-c", STDENV])
            .env("hook", &hook)
            .env("inputs", &input)
            .env("out", &out);
        shell.env("NIX_BINTOOLS", folder.path().join("tools"));
        shell.env("autoPatchelfIgnoreMissingDeps", "libc.so.6");
        nix::run(shell.envs(more.iter().copied())).unwrap()
    };
    let said = run(&[("dontAutoPatchelf", "1")]);
    assert_eq!(said, "");
    let _ = run(&[
        ("appendRunpaths", "/last"),
        ("runtimeDependencies", "/package"),
    ]);
    assert_eq!(Command::new(&program).status().unwrap().code(), Some(42));
    let tags = nix::run(Command::new("readelf").arg("-d").arg(&program)).unwrap();
    let path = format!(
        "[/package/lib:{}/lib:/last]",
        fs::canonicalize(&input).unwrap().display()
    );
    assert!(tags.contains(&path), "{path} is not in {tags}");
}

#[test]
fn it_is_built_for_its_system_with_the_loader_of_that() {
    let arguments = system(
        "aarch64-linux",
        "{ }",
        "config.programs.nix-ld.package.arguments",
    );
    let environment = evaluate(&format!("({arguments}).env")).unwrap();
    assert_eq!(environment["NIX_SYSTEM"], "aarch64-linux");
    let loader = environment["DEFAULT_NIX_LD"].as_str().unwrap();
    assert!(loader.ends_with("/lib/ld-linux-aarch64.so.1"), "{loader}");
}

#[test]
fn its_version_is_that_of_the_workspace() {
    let version = system(
        "x86_64-linux",
        "{ }",
        "config.programs.nix-ld.package.version",
    );
    assert_eq!(evaluate(&version).unwrap(), env!("CARGO_PKG_VERSION"));
}

#[test]
fn default_nix_and_shell_nix_evaluate() {
    for file in ["default.nix", "shell.nix"] {
        let path = evaluate(&format!(
            "toString (import ./{file} {{ pkgs = import ./tests/nixos/nixpkgs {{ }}; }})"
        ));
        let path = path.unwrap();
        assert!(path.as_str().unwrap().starts_with("/nix/store/"), "{path}");
    }
}
