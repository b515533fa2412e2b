# Stands in for nixpkgs' nixos/modules/config/stub-ld.nix: a program that says what NixOS cannot run, unless something
# else is at the loader's path. It does so for 64-bit programs only.
{ config, lib, ... }:
{
  options.environment.stub-ld.enable = lib.mkOption {
    type = lib.types.bool;
    default = true;
    description = "Whether to explain why foreign programs do not run.";
  };

  config = lib.mkIf config.environment.stub-ld.enable {
    environment.ldso = lib.mkDefault (builtins.toFile "stub-ld" "");
  };
}
