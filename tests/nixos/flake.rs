//! The flake, with the stand-in in nixpkgs' place.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::nix::{self, Answer};

/// A copy of what the flake is made of: Nix copies the whole folder of a flake into its store, and there is a lot in
/// `target`.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let parts = "flake.nix default.nix shell.nix package.nix Cargo.toml Cargo.lock nix nixos-module templates tests/nixos \
                 tests/programs/programs.json";
    let script = format!("cp -r --parents {parts} \"$1\"");
    let copied = nix::run(
        Command::new("sh")
            .current_dir(nix::root())
            .args(["-c", &script, "sh"])
            .arg(folder.path()),
    );
    copied.unwrap();
    folder
}

/// `nix VERB...` of the flake in a folder, or of one in it.
fn flake(verb: &[&str], flake: &Path, nixpkgs: &Path) -> Answer {
    let path = |path: &Path| format!("path:{}", path.display());
    let mut command = nix::command("nix");
    command
        .args(verb)
        .args(["--no-write-lock-file", "--offline"]);
    command.args(["--override-input", "nixpkgs", &path(nixpkgs)]);
    nix::run(command.arg(path(flake)))
}

fn shown() -> Value {
    let copy = copy();
    let nixpkgs = copy.path().join("tests/nixos/nixpkgs");
    let json = flake(&["flake", "show", "--json"], copy.path(), &nixpkgs).unwrap();
    serde_json::from_str(&json).unwrap()
}

#[test]
fn it_has_what_users_ask_for() {
    let shown = shown();
    for system in [
        "x86_64-linux",
        "aarch64-linux",
        "i686-linux",
        "riscv64-linux",
    ] {
        let package = &shown["packages"][system]["default"];
        assert_eq!(package["type"], "derivation", "{system}");
        assert_eq!(
            package["name"],
            concat!("ldshim-", env!("CARGO_PKG_VERSION"))
        );
        assert_eq!(shown["apps"][system]["default"]["type"], "app", "{system}");
        assert_eq!(shown["devShells"][system]["default"]["type"], "derivation");
        assert_eq!(shown["formatter"][system]["type"], "derivation");
    }
    assert_eq!(shown["overlays"]["default"]["type"], "nixpkgs-overlay");
    for module in ["default", "nix-ld"] {
        assert_eq!(shown["nixosModules"][module]["type"], "nixos-module");
    }
    assert_eq!(shown["templates"]["default"]["type"], "template");
}

#[test]
fn it_checks_package_module_bundles_and_scenarios() {
    let shown = shown();
    let names = |system: &str| {
        let checks = shown["checks"][system].as_object().unwrap().keys();
        checks.map(String::as_str).collect::<Vec<_>>()
    };
    let everywhere = ["bundle", "clippy", "module", "nix-files", "package"];
    let all = [&everywhere[..], &["vm-drop-in", "vm-scenarios"]].concat();
    assert_eq!(names("x86_64-linux"), all);
    assert_eq!(names("aarch64-linux"), all);
    assert_eq!(names("riscv64-linux"), everywhere);
}

#[test]
fn all_of_it_evaluates() {
    let copy = copy();
    let nixpkgs = copy.path().join("tests/nixos/nixpkgs");
    flake(&["flake", "check", "--no-build"], copy.path(), &nixpkgs).unwrap();
    // Control: a nixpkgs that lacks a package.
    let lacking = copy.path().join("lacking");
    let script = format!(
        "cp -r {} {lacking}; sed -i /gtk3/d {lacking}/package-names.nix",
        nixpkgs.display(),
        lacking = lacking.display()
    );
    nix::run(Command::new("sh").args(["-c", &script])).unwrap();
    let error = flake(&["flake", "check", "--no-build"], copy.path(), &lacking).unwrap_err();
    assert!(error.contains("desktop needs the package gtk3"), "{error}");
}

#[test]
fn its_module_brings_its_own_package() {
    let expression = "
        let
          lib = import ./tests/nixos/nixpkgs/lib;
          nixpkgs = (import ./tests/nixos/nixpkgs/flake.nix).outputs { };
          self = (import ./flake.nix).outputs { inherit self nixpkgs; };
          system = nixpkgs.lib.nixosSystem {
            modules = [ self.nixosModules.default { programs.nix-ld.enable = true; } ];
          };
        in {
          failed = builtins.filter (it: !it.assertion) system.config.assertions;
          same = system.config.programs.nix-ld.package.outPath == self.packages.x86_64-linux.default.outPath;
          for32 = system.config.programs.nix-ld.package32.outPath == self.packages.i686-linux.stub.outPath;
          loader = builtins.filter (lib.hasPrefix \"L+ /lib64/\") system.config.systemd.tmpfiles.rules != [ ];
        }";
    assert_eq!(
        nix::evaluate(expression).unwrap(),
        json!({ "failed": [], "same": true, "for32": true, "loader": true })
    );
}

/// A module of one's own for all machines may import it, and that of one machine too.
#[test]
fn its_module_can_be_imported_twice() {
    let expression = "
        let
          nixpkgs = (import ./tests/nixos/nixpkgs/flake.nix).outputs { };
          self = (import ./flake.nix).outputs { inherit self nixpkgs; };
          ours = self.nixosModules.default;
          evaluate = ours: builtins.tryEval (nixpkgs.lib.nixosSystem {
            modules = [ ours { imports = [ ours ]; programs.nix-ld.enable = true; } ];
          }).config.programs.nix-ld.package.name;
          # Control: with nothing to know it by.
          unknown = arguments: builtins.removeAttrs (ours arguments) [ \"key\" ];
        in {
          ours = (evaluate ours).success;
          control = (evaluate ({ lib, pkgs, ... }: unknown { inherit lib pkgs; })).success;
        }";
    assert_eq!(
        nix::evaluate(expression).unwrap(),
        json!({ "ours": true, "control": false })
    );
}

#[test]
fn the_machine_of_the_scenarios_has_the_systems_that_they_switch_to() {
    let expression = "
        let
          nixpkgs = (import ./tests/nixos/nixpkgs/flake.nix).outputs { };
          self = (import ./flake.nix).outputs { inherit self nixpkgs; };
          node = self.checks.x86_64-linux.vm-scenarios.test.nodes.machine;
          system = modules: (nixpkgs.lib.nixosSystem { modules = [ node ] ++ modules; }).config;
          special = builtins.mapAttrs (_: it: system [ it.configuration ]) (system [ ]).specialisation;
          about = system: {
            libraries = builtins.length system.programs.nix-ld.libraries;
            loaders = builtins.length (builtins.filter (rule: builtins.match \"L\\\\+ /lib.*\" rule != null) system.systemd.tmpfiles.rules);
          };
        in
        builtins.mapAttrs (_: about) (special // { enabled = system [ ]; })";
    assert_eq!(
        nix::evaluate(expression).unwrap(),
        json!({
            "enabled": { "libraries": 14, "loaders": 2 },
            "greeting": { "libraries": 15, "loaders": 2 },
            "disabled": { "libraries": 0, "loaders": 0 },
        })
    );
}

#[test]
fn the_template_is_a_shell_with_a_library_environment() {
    let expression = "
        let
          nixpkgs = (import ./tests/nixos/nixpkgs/flake.nix).outputs { };
          ldshim = (import ./flake.nix).outputs { self = ldshim; inherit nixpkgs; };
          template = (import (ldshim.templates.default.path + \"/flake.nix\")).outputs { inherit nixpkgs ldshim; };
        in template.devShells.x86_64-linux.default.arguments.NIX_LD_LIBRARY_PATH";
    let path = nix::evaluate(expression).unwrap();
    assert!(path.as_str().unwrap().ends_with("-program-env"), "{path}");
}
