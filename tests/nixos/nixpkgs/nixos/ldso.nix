# Stands in for nixpkgs' nixos/modules/config/ldso.nix: the loaders' paths, and the tmpfiles rules that come of them.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  loader = lib.mkOption {
    type = lib.types.nullOr lib.types.path;
    default = null;
    description = "The file to link to the loader's path.";
  };
  rules =
    directory: name: target:
    if target == null then
      [ "r /${directory}/${name} - - - - -" ]
    else
      [
        "d /${directory} 0755 root root - -"
        "L+ /${directory}/${name} - - - - ${target}"
      ];
  own = baseNameOf (builtins.unsafeDiscardStringContext pkgs.stdenv.cc.bintools.dynamicLinker);
in
{
  options.environment = {
    ldso = loader;
    ldso32 = loader;
  };

  config = {
    assertions = [
      {
        assertion = config.environment.ldso32 == null || pkgs.stdenv.hostPlatform.isx86_64;
        message = "Option environment.ldso32 currently only works on x86_64.";
      }
    ];
    systemd.tmpfiles.rules =
      rules pkgs.stdenv.hostPlatform.libDir own config.environment.ldso
      ++ lib.optionals pkgs.stdenv.hostPlatform.isx86_64 (
        rules "lib" "ld-linux.so.2" config.environment.ldso32
      );
  };
}
