# extraPaths: directories outside the store. What hardware.graphics has in /run/opengl-driver/lib is known when the system is
# built, and so listed like other libraries.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.nix-ld;
  kinds = import ./kinds.nix { inherit lib pkgs; };
  graphics = config.hardware.graphics or { };
in
{
  options.programs.nix-ld.extraPaths = kinds.extraPaths {
    example = [
      "/usr/lib/wsl/lib"
    ];
    description = ''
      Directories of libraries outside the Nix store, as drivers have them. Those that exist when a program starts are searched
      before {option}`programs.nix-ld.libraries`; what is in them may change at any time.
      Programs start a little slower with such a directory, and find its libraries before those that they bring along.
      Neither setuid programs nor those of musl search them.

      `/run/opengl-driver/lib` need not be named: of {option}`hardware.graphics` it is known which libraries will be in there,
      and these are found as those of {option}`programs.nix-ld.libraries` are.
    '';
  };

  config = lib.mkIf (cfg.enable && (config.hardware.graphics.enable or false)) {
    programs.nix-ld.internal.knownPaths =
      kinds.driver "/run/opengl-driver/lib" graphics.package
        graphics.extraPackages;
  };
}
