# enable, package: the stub at the path of the loader, with this system's library environment baked in.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.nix-ld;
  kinds = import ./kinds.nix { inherit lib pkgs; };

  # Its type says so where another one is given, for what needs the tool may be evaluated before any assertion is.
  isLdshim = package: package ? configureStub && package ? mkLibraryEnvironment;
  ldshim = lib.types.addCheck lib.types.package isLdshim // {
    description = "package of ldshim (nixpkgs' nix-ld is another: remove the setting, for the default is ldshim's own)";
  };
in
{
  options.programs.nix-ld = {
    enable = kinds.enable {
      description = ''
        Whether to run programs that were built for other Linux systems, unpatched, with ldshim. It is put where such programs
        look for their loader, and lets them find the libraries of {option}`programs.nix-ld.libraries`.
      '';
    };

    package = lib.mkOption {
      type = ldshim;
      default = pkgs.ldshim or (pkgs.callPackage ../package.nix { });
      defaultText = lib.literalMD "`pkgs.ldshim`, or the package of the sources that this module is from";
      example = lib.literalExpression "pkgs.callPackage ./ldshim/package.nix { }";
      description = ''
        The package of ldshim: the stub, and the tool that makes library environments.
        nixpkgs' `nix-ld` does not do, for it has no such tool.
      '';
    };

    # What the files of this module have to tell each other.
    internal = {
      libraryEnvironment = lib.mkOption {
        type = lib.types.package;
        internal = true;
        description = "The library environment of this system.";
      };
      muslLibraryEnvironment = lib.mkOption {
        type = lib.types.nullOr lib.types.package;
        default = null;
        internal = true;
        description = "The library environment for programs of musl.";
      };
      knownPaths = lib.mkOption {
        type = lib.types.listOf lib.types.raw;
        default = [ ];
        internal = true;
        description = "The `knownPaths` of the library environment.";
      };
      stub = lib.mkOption {
        type = lib.types.package;
        internal = true;
        description = "The stub with those library environments baked in.";
      };
    };
  };

  config = lib.mkIf cfg.enable (
    lib.mkMerge [
      {
        programs.nix-ld.internal = {
          libraryEnvironment = cfg.package.mkLibraryEnvironment {
            inherit (cfg) libraries loader;
            inherit (cfg.internal) knownPaths;
            extraPaths = kinds.unknownOf cfg.internal.knownPaths cfg.extraPaths;
          };
          stub = cfg.package.configureStub {
            inherit (cfg) onDemand;
            inherit (cfg.internal) libraryEnvironment muslLibraryEnvironment;
          };
        };

        environment.ldso = "${cfg.internal.stub}/libexec/nix-ld";

        # The tool itself, for `ldshim run` and `ldshim env show`; the stub's other files are not for users.
        environment.systemPackages = [ cfg.package ];
      }
      (kinds.published cfg.setVariables [
        {
          share = "nix-ld";
          loaderVariable = "NIX_LD";
          libraryPathVariable = "NIX_LD_LIBRARY_PATH";
          inherit (cfg.internal) libraryEnvironment;
        }
      ])
    ]
  );
}
