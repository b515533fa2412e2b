//! The three formats

use serde_json::Value;

use crate::nix;
use crate::user::{USUAL, User, assert_well_formed};

/// A user with a program that needs zlib, which this machine has, and two libraries that it has not.
fn user() -> User {
    let user = User::with_index(USUAL);
    user.program("tool", &["libmissing.so.3", "libalso.so.6", "libz.so.1"]);
    user
}

const PKGS: &str = "(import ./tests/nixos/nixpkgs { system = \"x86_64-linux\"; })";

/// The variables of a shell, with the stand-in for nixpkgs.
fn variables(expression: &str) -> Value {
    nix::evaluate(&format!("({expression}).arguments")).unwrap_or_else(|error| panic!("{error}"))
}

/// Asserts that these are the libraries of the packages, and a loader.
fn assert_variables(variables: &Value, suffix: &str, packages: &[&str]) {
    let value = |name: &str| variables[format!("{name}{suffix}")].as_str().unwrap();
    assert!(value("NIX_LD").contains("/lib/ld-linux"), "{variables}");
    let path: Vec<_> = value("NIX_LD_LIBRARY_PATH").split(':').collect();
    assert_eq!(path.len(), packages.len(), "{variables}");
    for (directory, package) in path.iter().zip(packages) {
        assert!(
            directory.ends_with(&format!("-{package}/lib")),
            "{directory} {package}"
        );
    }
}

#[test]
fn a_shell_has_all_libraries_and_a_loader() {
    let text = user().file("shell", &["tool"]);
    assert_well_formed(&text);
    for line in [
        "pkgs.openssl.out # libmissing.so.3",
        "pkgs.xorg.libX11.out # libalso.so.6",
        "pkgs.zlib.out # libz.so.1",
    ] {
        assert!(text.contains(&format!("    {line}\n")), "{line}\n{text}");
    }
    assert!(text.contains("#   tool\n"), "{text}");
    let variables = variables(&format!("({text}) {{ pkgs = {PKGS}; }}"));
    assert_variables(&variables, "", &["openssl", "libX11", "zlib"]);
}

#[test]
fn the_default_format_is_a_shell() {
    let user = user();
    assert_eq!(
        user.ldshim(&["shell", "tool"]).stdout,
        user.file("shell", &["tool"])
    );
}

#[test]
fn a_flake_has_the_same_in_a_development_shell() {
    let text = user().file("flake", &["tool"]);
    assert_well_formed(&text);
    assert!(
        text.contains("\"github:NixOS/nixpkgs/nixos-unstable\""),
        "{text}"
    );
    let outputs = format!(
        "({text}).outputs {{ nixpkgs = (import ./tests/nixos/nixpkgs/flake.nix).outputs {{ }}; }}"
    );
    let variables = variables(&format!("({outputs}).devShells.x86_64-linux.default"));
    assert_variables(&variables, "", &["openssl", "libX11", "zlib"]);
}

#[test]
fn a_module_has_what_this_system_lacks() {
    let text = user().file("nixos", &["tool"]);
    assert_well_formed(&text);
    assert!(!text.contains("zlib"), "this machine has it:\n{text}");
    let names = "config.programs.nix-ld.libraries";
    let expression = nix::system("x86_64-linux", &format!("({text})"), names);
    let libraries = nix::evaluate(&format!("map (it: it.name) ({expression})")).unwrap();
    let libraries: Vec<_> = libraries
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    assert_eq!(libraries[..2], ["openssl", "libX11"], "before the defaults");
    assert_eq!(
        nix::configured(&format!("({text})"), "config.programs.nix-ld.enable").unwrap(),
        true
    );
}

#[test]
fn programs_that_need_nothing_give_an_empty_list() {
    let user = User::with_index(USUAL);
    user.program("tool", &[]);
    for format in ["shell", "flake", "nixos"] {
        let ran = user.ldshim(&["shell", "--format", format, "tool"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.contains(" [ ];\n"), "{ran:?}");
        assert!(ran.stderr.contains("need no library"), "{ran:?}");
        assert_well_formed(&ran.stdout);
    }
}

#[test]
fn several_programs_are_put_together_without_duplicates() {
    let user = User::with_index(&[
        ("openssl", "out", "libmissing.so.3"),
        ("openssl", "out", "libalso.so.6"),
        ("zlib", "lib", "libz.so.1"),
    ]);
    user.program("a", &["libmissing.so.3"]);
    user.program("b", &["libalso.so.6", "libmissing.so.3", "libz.so.1"]);
    let text = user.file("shell", &["b", "a"]);
    assert_well_formed(&text);
    assert_eq!(text.matches("pkgs.openssl").count(), 1, "{text}");
    assert!(
        text.contains("pkgs.openssl.out # libalso.so.6, libmissing.so.3\n"),
        "{text}"
    );
    assert!(text.contains("pkgs.zlib.lib # libz.so.1\n"), "{text}");
    assert!(text.contains("#   b\n#   a\n"), "{text}");
}

#[test]
fn programs_for_32_bits_have_variables_and_packages_of_their_own() {
    let user = User::with_index(USUAL);
    let text = user.file_for_i686("shell");
    assert_well_formed(&text);
    let variables = variables(&format!("({text}) {{ pkgs = {PKGS}; }}"));
    assert_variables(&variables, "_i686_linux", &["openssl"]);
    assert!(
        text.contains("pkgs.pkgsi686Linux.openssl.out # libmissing.so.3\n"),
        "{text}"
    );
    let module = user.file_for_i686("nixos");
    assert_well_formed(&module);
    let module = format!("({module})");
    let is_enabled = nix::configured(&module, "config.programs.nix-ld.enable32Bit");
    assert_eq!(is_enabled.unwrap(), true);
    let libraries = nix::system(
        "x86_64-linux",
        &module,
        "config.programs.nix-ld.libraries32",
    );
    let first = nix::evaluate(&format!("(builtins.head ({libraries})).name"));
    assert_eq!(first.unwrap(), "openssl");
}
