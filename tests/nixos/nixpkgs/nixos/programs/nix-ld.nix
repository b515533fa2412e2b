# Stands in for nixpkgs' nixos/modules/programs/nix-ld.nix, which ours takes the place of. Both declare the same options,
# so it has to be disabled for a configuration to evaluate.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.nix-ld;
  directory = "/run/current-system/sw/share/nix-ld/lib";
in
{
  options.programs.nix-ld = {
    enable = lib.mkEnableOption "nixpkgs' own nix-ld";
    package = lib.mkOption {
      type = lib.types.package;
      default = pkgs.nix-ld;
      description = "The package whose stub is used.";
    };
    libraries = lib.mkOption {
      type = lib.types.listOf lib.types.package;
      default = [ ];
      description = "The packages whose libraries programs find.";
    };
  };

  config = lib.mkIf cfg.enable {
    environment.ldso = "${cfg.package}/libexec/nix-ld";
    environment.pathsToLink = [ "/share/nix-ld" ];
    environment.sessionVariables = {
      NIX_LD = "${directory}/ld.so";
      NIX_LD_LIBRARY_PATH = directory;
    };
    programs.nix-ld.libraries = [
      pkgs.zlib
      pkgs.zstd
      pkgs.stdenv.cc.cc
      pkgs.curl
      pkgs.openssl
      pkgs.attr
      pkgs.libssh
      pkgs.bzip2
      pkgs.libxml2
      pkgs.acl
      pkgs.libsodium
      pkgs.util-linux
      pkgs.xz
      pkgs.systemd
    ];
  };
}
