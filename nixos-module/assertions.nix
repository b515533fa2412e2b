# What cannot be, and the message that names the option and the next step.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  cfg = config.programs.nix-ld;
  inherit (pkgs.stdenv.hostPlatform) system;
  directories = import ./system-directories.nix;

  badPaths = paths: lib.filter (path: builtins.match "/[^:;\n]*" path == null) paths;
  inStore = paths: lib.filter (lib.hasPrefix "${builtins.storeDir}/") paths;
  list = lib.concatStringsSep ", ";

  aboutPaths = option: paths: [
    {
      assertion = badPaths paths == [ ];
      message = ''
        ${option} has ${list (badPaths paths)}: not an absolute path of a directory, or one with a colon or semicolon in it, by which a loader separates directories.
      '';
    }
    {
      assertion = inStore paths == [ ];
      message = ''
        ${option} has ${list (inStore paths)}, which is in the Nix store: put the package into programs.nix-ld.libraries.
      '';
    }
  ];

  notEmulated = lib.filter (
    name: !lib.elem name (config.boot.binfmt.emulatedSystems or [ ])
  ) cfg.emulatedSystems;
  unknown = lib.filter (name: !directories.loaders ? ${name}) cfg.emulatedSystems;
  native = lib.filter (
    name: name == system || name == "i686-linux" && pkgs.stdenv.hostPlatform.isx86_64
  ) cfg.emulatedSystems;
in
{
  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = !(options.programs.nix-ld ? dev && config.programs.nix-ld.dev.enable);
        message = ''
          programs.nix-ld.enable and programs.nix-ld.dev.enable are both set, and only one stub can be at the loader's path. Remove programs.nix-ld.dev, and nix-ld's own module with it: ldshim takes its place.
        '';
      }
      {
        assertion = cfg.enable32Bit -> pkgs.stdenv.hostPlatform.isx86_64;
        message = ''
          programs.nix-ld.enable32Bit is set, but this system is ${system}, which cannot run programs for i686. Remove it; for emulation there is programs.nix-ld.emulatedSystems.
        '';
      }
      {
        assertion = cfg.musl.enable -> directories.muslLoaders ? ${system};
        message = "programs.nix-ld.musl.enable is set, but ldshim does not know the path of musl's loader on ${system}.";
      }
      {
        assertion = unknown == [ ];
        message = "programs.nix-ld.emulatedSystems has ${list unknown}; ldshim knows ${list (lib.attrNames directories.loaders)}.";
      }
      {
        assertion = native == [ ];
        message = ''
          programs.nix-ld.emulatedSystems has ${list native}, which this system runs itself. Remove it; 32-bit programs are the subject of programs.nix-ld.enable32Bit.
        '';
      }
      {
        assertion = lib.subtractLists (unknown ++ native) notEmulated == [ ];
        message = ''
          programs.nix-ld.emulatedSystems has ${list notEmulated}, which is not emulated: add it to boot.binfmt.emulatedSystems.
        '';
      }
    ]
    ++ aboutPaths "programs.nix-ld.extraPaths" cfg.extraPaths
    ++ aboutPaths "programs.nix-ld.extraPaths32" cfg.extraPaths32;
  };
}
