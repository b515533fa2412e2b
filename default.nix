# The package, for those without flakes.
{
  pkgs ? import <nixpkgs> { },
}:
pkgs.callPackage ./package.nix { }
