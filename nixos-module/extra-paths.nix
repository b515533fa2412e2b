# extraPaths: directories outside the store.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.nix-ld;
  kinds = import ./kinds.nix { inherit lib pkgs; };
in
{
  options.programs.nix-ld.extraPaths = kinds.extraPaths {
    example = [
      "/run/opengl-driver/lib"
      "/usr/lib/wsl/lib"
    ];
    description = ''
      Directories of libraries outside the Nix store, as drivers have them. Those that exist when a program starts are searched
      before {option}`programs.nix-ld.libraries`; what is in them may change at any time.
      {option}`hardware.graphics.enable` adds `/run/opengl-driver/lib` by itself.
      Neither setuid programs nor those of musl search them.
    '';
  };

  config = lib.mkIf (cfg.enable && (config.hardware.graphics.enable or false)) {
    programs.nix-ld.extraPaths = [ "/run/opengl-driver/lib" ];
  };
}
