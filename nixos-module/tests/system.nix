# What the module makes of a configuration, as store paths that can be built: for a root file system in NixOS' shape
# that is not NixOS. The packages are stand-ins (tests/nixos/nixpkgs), made of Debian's.
#
#     nix-build nixos-module/tests/system.nix -A share \
#       --argstr debs "$PWD/target/debs" --argstr tool "$PWD/target/release/ldshim" \
#       --argstr xtask "$PWD/target/release/xtask" \
#       --argstr entry "$PWD/target/release/bundle-entry" --argstr head "$PWD/target/release/run-head" \
#       --argstr stub "$PWD/target/release/nix-ld" --arg configuration '{ programs.nix-ld.enable = true; }'
#     nix-instantiate --eval --strict --json nixos-module/tests/system.nix -A tmpfilesRules ...
#
# Arguments:
#   debs           the folder with Debian's packages, target/debs after `cargo xtask fetch`
#   tool, xtask    the files `ldshim` and `xtask` in target/release
#   entry, head    the files `bundle-entry` and `run-head` there, which come with the tool
#   stub, stub32   the file `nix-ld` for x86_64, and for i686 (only needed with enable32Bit)
#   configuration  a NixOS module: what a user writes
#
# Attributes:
#   ldso, ldso32       what belongs at /lib64/ld-linux-x86-64.so.2 and /lib/ld-linux.so.2: the path of a configured stub, or
#                      null. Without the module that is `environment.stub-ld`, which is off here.
#   stub               a derivation: the configured stub for programs of this system
#   tmpfilesRules      lines of a file in tmpfiles.d. They name store paths that are built with `root`.
#   sessionVariables   the variables of a session, as an attribute set
#   share              a derivation: what is to be linked to /run/current-system/sw/share (nix-ld, nix-ld-musl,
#                      nix-ld-i686-linux, as far as configured)
#   libraryEnvironment a derivation: the library environment for programs of glibc of this system
#   package            a derivation: the package of ldshim
#   root               a derivation: a folder with `share`, `tmpfiles.conf` and `variables` (NAME="VALUE", a line each, as a
#                      shell reads it). Its closure is all that the root file system needs of the store.
{
  debs ? null,
  tool ? null,
  xtask ? null,
  entry ? null,
  head ? null,
  stub ? null,
  stub32 ? null,
  configuration ? { },
}:
let
  lib = import ../../tests/nixos/nixpkgs/lib;
  tests =
    lib.optionalAttrs (debs != null) { inherit debs; }
    // lib.optionalAttrs (tool != null) {
      inherit
        tool
        xtask
        entry
        head
        ;
    }
    // {
      stubs =
        lib.optionalAttrs (stub != null) { x86_64-linux = stub; }
        // lib.optionalAttrs (stub32 != null) { i686-linux = stub32; };
    };
  evaluated = import ../../tests/nixos/evaluate.nix {
    inherit tests;
    configuration =
      { config, pkgs, ... }:
      {
        imports = [ configuration ];
        environment.stub-ld.enable = lib.mkDefault false;
        # Debian's loader looks for its libc.so.6 in Debian's folders, and that of nixpkgs in its own.
        programs.nix-ld = lib.mkIf config.programs.nix-ld.enable {
          libraries = [ pkgs.glibc ];
          libraries32 = lib.mkIf config.programs.nix-ld.enable32Bit [ pkgs.pkgsi686Linux.glibc ];
        };
      };
  };
  inherit (evaluated) config;
  failed = lib.filter (it: !it.assertion) config.assertions;
  checked =
    value:
    if failed == [ ] then value else throw (lib.concatMapStringsSep "\n" (it: it.message) failed);

  inherit (import ../../tests/nixos/nixpkgs/builders.nix { inherit lib; }) runCommand;
  tmpfilesRules = checked config.systemd.tmpfiles.rules;
  inherit (config.environment) sessionVariables ldso ldso32;

  # nixpkgs' system path, as far as `share` is concerned: each of pathsToLink is in one package only.
  share = runCommand "share" { packages = checked config.environment.systemPackages; } ''
    mkdir "$out"
    for package in $packages; do
      for path in ${toString (map baseNameOf config.environment.pathsToLink)}; do
        if [ -e "$package/share/$path" ]; then ln -s "$package/share/$path" "$out/$path"; fi
      done
    done
  '';
in
{
  inherit
    ldso
    ldso32
    tmpfilesRules
    sessionVariables
    share
    ;
  inherit (config.programs.nix-ld) package;
  inherit (config.programs.nix-ld.internal) libraryEnvironment stub;
  root =
    runCommand "root"
      {
        inherit share;
        rules = lib.concatMapStringsSep "\n" (rule: rule) tmpfilesRules;
        variables = lib.concatStringsSep "\n" (
          lib.mapAttrsToList (name: value: ''${name}="${value}"'') sessionVariables
        );
      }
      ''
        mkdir "$out"
        ln -s "$share" "$out/share"
        printf '%s\n' "$rules" > "$out/tmpfiles.conf"
        printf '%s\n' "$variables" > "$out/variables"
      '';
}
