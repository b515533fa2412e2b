# A system's configuration, evaluated: with the module, the modules of NixOS that it works with, and the configuration
# itself. What is evaluated are the options' values; nothing is built.
{
  # A checkout of nixpkgs, whose lib and modules are to be used. Without one, stand-ins for both are.
  nixpkgs ? null,
  system ? "x86_64-linux",
  # As tests/nixos/nixpkgs/debian.nix and ldshim.nix have it: `debs`, `tool`, `stubs`.
  tests ? { },
  # A module, or the file of one.
  configuration ? { },
  # Modules of others.
  modules ? [ ],
  # Our module in nixpkgs' place.
  module ? ../../nixos-module,
}:
let
  lib = import (if nixpkgs == null then ./nixpkgs/lib else nixpkgs + "/lib");
  pkgs = import ./nixpkgs {
    inherit system lib;
    config.ldshimTests = tests;
  };

  all = [
    module
    configuration
  ]
  ++ modules;

  withStandIns = lib.evalModules {
    specialArgs = {
      inherit pkgs;
      # What names in `disabledModules` are relative to.
      modulesPath = toString ./nixpkgs/nixos;
    };
    modules = import ./nixpkgs/nixos ++ all;
  };

  # The modules are nixpkgs' own, but not all of those that a NixOS has; and the packages stay stand-ins.
  withNixpkgs = import (nixpkgs + "/nixos/lib/eval-config.nix") {
    inherit lib pkgs;
    system = null;
    modules = all;
    baseModules = map (name: nixpkgs + "/nixos/modules/${name}") (lib.importJSON ./modules.json) ++ [
      ./nixpkgs/nixos/others.nix
    ];
  };

  evaluated = if nixpkgs == null then withStandIns else withNixpkgs;
in
evaluated
// {
  # What is wrong with the configuration, as NixOS would say it.
  failed = map (it: it.message) (builtins.filter (it: !it.assertion) evaluated.config.assertions);

  inherit pkgs;
}
