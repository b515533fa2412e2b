//! What only nixpkgs' own files can tell. `cargo xtask test nixos --modules PATH` tries this with a checkout of them.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::nix::{self, evaluate, in_nix};

/// Configurations, and what the module makes of them does not depend on what else a system has.
const CONFIGURATIONS: [&str; 14] = [
    "{ }",
    "{ environment.stub-ld.enable = false; }",
    "{ programs.nix-ld.enable = true; }",
    "{ programs.nix-ld.enable = true; environment.stub-ld.enable = false; }",
    "{ programs.nix-ld.enable = true; programs.nix-ld.setVariables = false; }",
    "{ programs.nix-ld.enable = true; programs.nix-ld.enable32Bit = true; }",
    "{ programs.nix-ld = { enable = true; musl.enable = true; ldconfig.enable = true; }; }",
    "({ pkgs, ... }: { programs.nix-ld = { enable = true; presets = [ \"qt\" ]; libraries = [ pkgs.zlib ]; }; })",
    "{ boot.binfmt.emulatedSystems = [ \"aarch64-linux\" \"riscv64-linux\" ]; \
     programs.nix-ld = { enable = true; emulatedSystems = [ \"aarch64-linux\" ]; }; }",
    "{ programs.nix-ld = { enable = true; enable32Bit = true; }; \
     hardware.graphics = { enable = true; enable32Bit = true; }; }",
    // Without the other, this does nothing.
    "{ programs.nix-ld = { enable = true; enable32Bit = true; }; hardware.graphics.enable32Bit = true; }",
    "{ programs.nix-ld.enable = true; environment.sessionVariables.NIX_LD = \"/x\"; }",
    "{ environment.ldso = \"/x\"; environment.ldso32 = \"/y\"; }",
    "({ lib, ... }: { programs.nix-ld.enable = true; environment.ldso = lib.mkForce \"/x\"; })",
];

/// What a configuration comes to, as far as the module has to do with it.
const ABOUT: &str = r#"
evaluated:
let
  inherit (evaluated) config;
  inherit (evaluated.pkgs) lib;
  # Store paths differ, for what they are made from differs.
  withoutHash = text: builtins.concatStringsSep "" (builtins.filter builtins.isString (builtins.split "/nix/store/[^-]*-" text));
  isLoaders = rule: builtins.match "[^ ]+ (/lib|/lib64|/sbin)(/.*)? .*" rule != null;
  names = map (it: it.name);
  cfg = config.programs.nix-ld;
in
{
  rules = builtins.sort builtins.lessThan (map withoutHash (builtins.filter isLoaders config.systemd.tmpfiles.rules));
  variables = config.environment.sessionVariables;
  links = builtins.filter (lib.hasPrefix "/share/nix-ld") config.environment.pathsToLink;
  libraries = names cfg.libraries;
  libraries32 = names cfg.libraries32;
  environment = if cfg.enable then withoutHash cfg.internal.libraryEnvironment.outPath else null;
  loaders = map (path: if path == null then null else withoutHash (toString path)) [ config.environment.ldso config.environment.ldso32 ];
  inherit (cfg) extraPaths extraPaths32;
  inherit (evaluated) failed;
}
"#;

fn checkout() -> PathBuf {
    nix::nixpkgs().expect("LDSHIM_TEST_NIXPKGS names a checkout of nixpkgs")
}

fn about(configuration: &str, nixpkgs: &str) -> Value {
    let expression = format!(
        "({ABOUT}) (import ./tests/nixos/evaluate.nix {{ {nixpkgs} configuration = {configuration}; }})"
    );
    evaluate(&expression).unwrap_or_else(|error| panic!("{configuration}: {error}"))
}

#[test]
#[ignore = "needs a checkout of nixpkgs"]
fn the_stand_ins_say_the_same_as_nixpkgs_own_modules() {
    let nixpkgs = format!("nixpkgs = {};", in_nix(&checkout()));
    for configuration in CONFIGURATIONS {
        let real = about(configuration, &nixpkgs);
        assert_eq!(about(configuration, ""), real, "{configuration}");
        assert_eq!(real["failed"], json!([]), "{configuration}");
    }
}

#[test]
#[ignore = "needs a checkout of nixpkgs"]
fn a_specialisation_can_turn_the_module_off() {
    let expression = format!(
        "let evaluated = import ./tests/nixos/evaluate.nix {{
           nixpkgs = {};
           configuration = {{ lib, ... }}: {{
             programs.nix-ld.enable = true;
             environment.stub-ld.enable = false;
             specialisation.off.configuration.programs.nix-ld.enable = lib.mkForce false;
             specialisation.same.configuration = {{ }};
           }};
         }}; in builtins.mapAttrs (_: it: it.configuration.environment.ldso != null) evaluated.config.specialisation",
        in_nix(&checkout())
    );
    let has_loader = evaluate(&expression).unwrap();
    assert_eq!(has_loader, json!({ "off": false, "same": true }));
}

/// With stand-ins for what it calls: what it makes of the arguments of package.nix.
#[test]
#[ignore = "needs a checkout of nixpkgs"]
fn build_rust_package_takes_the_arguments_of_the_package() {
    let expression = format!(
        r#"
        let
          nixpkgs = {};
          lib = import (nixpkgs + "/lib");
          pkgs = import ./tests/nixos/nixpkgs {{ inherit lib; system = "x86_64-linux"; }};
          # As in stdenv: attributes that may name the package that comes of them.
          mkDerivation = function:
            let
              attributes = function (attributes // {{ finalPackage = package; }});
              package = pkgs.runCommand "package" {{ }} "" // {{ inherit attributes; }} // attributes.passthru;
            in package;
          hook = name: name;
          called = {{
            stdenv = pkgs.stdenv // {{ inherit mkDerivation; }};
            importCargoLock = {{ lockFile }}: builtins.pathExists lockFile;
            fetchCargoVendor = throw "there is a Cargo.lock";
            cargoBuildHook = hook "build";
            cargoCheckHook = hook "check";
            cargoInstallHook = hook "install";
            cargoNextestHook = hook "nextest";
            cargoSetupHook = hook "setup";
            cargo-auditable.meta.broken = true;
            rustc = {{ badTargetPlatforms = [ ]; targetPlatforms = lib.platforms.linux; }};
            libiconv = null;
            windows = null;
          }};
          rust = lib.callPackageWith (pkgs // called) (nixpkgs + "/pkgs/build-support/rust/build-rust-package") {{ }};
          package = lib.callPackageWith (pkgs // {{ rustPlatform.buildRustPackage = rust; }}) ./package.nix {{ }};
          own = package.attributes;
        in
        {{
          inherit (own) pname cargoDeps cargoBuildFlags cargoTestFlags;
          inherit (own.env) NIX_SYSTEM;
          hooks = builtins.filter builtins.isString own.nativeBuildInputs;
          # stdenv refuses a name that is in both.
          twice = builtins.attrNames (builtins.intersectAttrs own own.env);
          system = lib.elem "x86_64-linux" own.meta.platforms;
          tool = package.mkLibraryEnvironment {{ libraries = [ ]; }} ? outPath;
        }}"#,
        in_nix(&checkout())
    );
    assert_eq!(
        evaluate(&expression).unwrap(),
        json!({
            "pname": "ldshim",
            "cargoDeps": true,
            "cargoBuildFlags": ["--workspace"],
            "cargoTestFlags": ["--package=loader-stub", "--lib", "--package=ldshim"],
            "NIX_SYSTEM": "x86_64-linux",
            "hooks": ["build", "check", "install", "setup"],
            "twice": [],
            "system": true,
            "tool": true,
        })
    );
}

/// The options of a test; its machines need all of NixOS.
#[test]
#[ignore = "needs a checkout of nixpkgs"]
fn the_test_driver_takes_the_scenarios() {
    let expression = format!(
        r#"
        let
          nixpkgs = {};
          lib = import (nixpkgs + "/lib");
          pkgs = import ./tests/nixos/nixpkgs {{ inherit lib; system = "x86_64-linux"; }};
          inherit (import (nixpkgs + "/nixos/lib") {{ inherit lib; }}) evalTest;
          # As nixpkgs' testers.runNixOSTest has it.
          runNixOSTest = test: evalTest {{ imports = [ test ]; hostPkgs = pkgs; node.pkgs = pkgs; }};
          tests = lib.callPackageWith (pkgs // {{ testers = {{ inherit runNixOSTest; }}; }}) ./nixos-module/tests {{ }};
          about = test: {{
            inherit (test.config) name;
            tries = lib.hasInfix "machine.succeed" test.config.testScriptString;
            machines = builtins.attrNames test.config.nodes;
          }};
        in builtins.map about [ tests.scenarios tests.drop-in ]"#,
        in_nix(&checkout())
    );
    assert_eq!(
        evaluate(&expression).unwrap(),
        json!([
            { "name": "ldshim-scenarios", "tries": true, "machines": ["machine"] },
            { "name": "ldshim-drop-in", "tries": true, "machines": ["machine"] },
        ])
    );
}

#[test]
#[ignore = "needs a checkout of nixpkgs"]
fn nixpkgs_old_names_of_options_are_heeded() {
    let configuration = "{ programs.nix-ld.enable = true; hardware.opengl.enable = true; }";
    let nixpkgs = format!("nixpkgs = {};", in_nix(&checkout()));
    let today = configuration.replace("opengl", "graphics");
    assert_eq!(about(configuration, &nixpkgs), about(&today, &nixpkgs));
}
