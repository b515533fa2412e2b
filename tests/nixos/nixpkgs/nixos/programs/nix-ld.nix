# Stands where nixpkgs has the module that ours takes the place of. Both declare the same options, so it has to be
# disabled for a configuration to evaluate.
{ lib, ... }:
{
  options.programs.nix-ld.enable = lib.mkEnableOption "nixpkgs' own nix-ld";
}
