# loader: which glibc.
{ lib, pkgs, ... }:
{
  options.programs.nix-ld.loader = lib.mkOption {
    type = lib.types.either lib.types.package lib.types.path;
    default = pkgs.stdenv.cc.bintools.dynamicLinker;
    defaultText = lib.literalExpression "pkgs.stdenv.cc.bintools.dynamicLinker";
    example = lib.literalExpression "pkgs-unstable.glibc";
    description = ''
      The glibc that programs run with: a package, or the path of its loader.
      A program that fails with `version 'GLIBC_2.43' not found` needs the glibc of a newer nixpkgs. It has to be at least as
      new as the one that the libraries were built with.
    '';
  };
}
