# A system's configuration, evaluated: with the module, stand-ins for the modules of NixOS that it works with, and the
# configuration itself. What is evaluated are the options' values; nothing is built.
{
  # The lib: the stand-in, or that of a real nixpkgs.
  libPath ? ./nixpkgs/lib,
  system ? "x86_64-linux",
  # As tests/nixos/nixpkgs/debian.nix and ldshim.nix have it: `debs`, `tool`, `stubs`.
  tests ? { },
  # A module, or the file of one.
  configuration ? { },
  # Modules of others.
  modules ? [ ],
}:
let
  lib = import libPath;
  pkgs = import ./nixpkgs {
    inherit system lib;
    config.ldshimTests = tests;
  };

  evaluated = lib.evalModules {
    specialArgs = {
      inherit pkgs;
      # What names in `disabledModules` are relative to.
      modulesPath = toString ./nixpkgs/nixos;
    };
    modules =
      import ./nixpkgs/nixos
      ++ [
        ../../nixos-module
        configuration
      ]
      ++ modules;
  };
in
evaluated
// {
  # What is wrong with the configuration, as NixOS would say it.
  failed = map (it: it.message) (builtins.filter (it: !it.assertion) evaluated.config.assertions);

  inherit pkgs;
}
