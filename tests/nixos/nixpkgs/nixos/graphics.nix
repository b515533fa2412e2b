# Stands in for nixpkgs' nixos/modules/hardware/graphics.nix: /run/opengl-driver, as far as libraries are concerned.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) types;
  cfg = config.hardware.graphics;
  option =
    type: default:
    lib.mkOption {
      inherit type default;
      description = "As in NixOS.";
    };
  packagesOption = option (types.listOf types.package) [ ];

  driver =
    packages:
    pkgs.runCommand "graphics-driver" { inherit packages; } ''
      mkdir -p "$out/lib"
      for package in $packages; do ln -s "$package"/lib/* "$out/lib/"; done
    '';
in
{
  options.hardware.graphics = {
    enable = option types.bool false;
    enable32Bit = option types.bool false;
    package = option types.package pkgs.zstd;
    package32 = option types.package pkgs.pkgsi686Linux.zlib;
    extraPackages = packagesOption;
    extraPackages32 = packagesOption;
  };

  config.systemd.tmpfiles.rules = lib.optionals cfg.enable [
    "L+ /run/opengl-driver - - - - ${driver ([ cfg.package ] ++ cfg.extraPackages)}"
  ];
}
