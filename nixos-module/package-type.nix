# The type of an element of `libraries`. Where something else is given, the message says what to do with directories.
{ lib }:
lib.types.package
// {
  description = "package (for directories outside the Nix store there is programs.nix-ld.extraPaths)";
}
