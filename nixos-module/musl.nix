# musl: programs of musl, such as those built for Alpine Linux.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.nix-ld;
  directories = import ./system-directories.nix;
  inherit (directories) placeRules removeRules;
  kinds = import ./kinds.nix { inherit lib pkgs; };
  inherit (pkgs.stdenv.hostPlatform) system;
  path = directories.muslLoaders.${system} or null;
  isEnabled = cfg.enable && cfg.musl.enable;

  libraryEnvironment = cfg.package.mkLibraryEnvironment {
    name = "nix-ld-musl-env";
    inherit (cfg.musl) libraries loader;
  };
in
{
  options.programs.nix-ld.musl = {
    enable = kinds.enable {
      description = ''
        Whether to run programs of musl (their loader is `/lib/ld-musl-x86_64.so.1`) too.

        The installers of some npm packages take a file `/lib/ld-musl-*` for a sign of Alpine Linux, and then install what is
        built for musl where programs of glibc need the other: so enable this only if there are programs of musl.
      '';
    };

    libraries = kinds.libraries {
      defaultText = lib.literalExpression "with pkgs.pkgsMusl; [ stdenv.cc.cc zlib openssl ]";
      example = lib.literalExpression "[ pkgs.pkgsMusl.curl ]";
      description = "As {option}`programs.nix-ld.libraries`, for programs of musl.";
    };

    loader = lib.mkOption {
      type = lib.types.path;
      default = pkgs.pkgsMusl.stdenv.cc.bintools.dynamicLinker;
      defaultText = lib.literalExpression "pkgs.pkgsMusl.stdenv.cc.bintools.dynamicLinker";
      example = lib.literalExpression ''"''${pkgs.musl}/lib/libc.so"'';
      description = "The loader of musl, which is its C library.";
    };
  };

  config = lib.mkMerge [
    (lib.mkIf isEnabled {
      programs.nix-ld = {
        musl.libraries = lib.mkAfter [
          pkgs.pkgsMusl.stdenv.cc.cc
          pkgs.pkgsMusl.zlib
          pkgs.pkgsMusl.openssl
        ];
        internal.muslLibraryEnvironment = libraryEnvironment;
      };
    })
    (lib.mkIf isEnabled (
      kinds.published cfg.setVariables [
        {
          share = "nix-ld-musl";
          loaderVariable = "NIX_LD_MUSL";
          libraryPathVariable = "NIX_LD_MUSL_LIBRARY_PATH";
          inherit libraryEnvironment;
        }
      ]
    ))
    # The same stub as for glibc: it sees for which C library a program is.
    (lib.mkIf (path != null) {
      systemd.tmpfiles.rules = if isEnabled then placeRules path cfg.internal.stub else removeRules path;
    })
  ];
}
