# enable32Bit: programs for i686 on x86_64.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.nix-ld;
  kinds = import ./kinds.nix { inherit lib pkgs; };
  # pkgsi686Linux throws on other architectures, where assertions.nix says what is wrong.
  isPossible = pkgs.stdenv.hostPlatform.isx86_64;
  pkgs32 = pkgs.pkgsi686Linux;

  graphics = config.hardware.graphics or { };

  knownPaths = lib.optionals (graphics.enable32Bit or false) (
    kinds.driver "/run/opengl-driver-32/lib" graphics.package32 graphics.extraPackages32
  );
  libraryEnvironment = cfg.package.mkLibraryEnvironment {
    libraries = cfg.libraries32;
    loader = pkgs32.stdenv.cc.bintools.dynamicLinker;
    extraPaths = kinds.unknownOf knownPaths cfg.extraPaths32;
    inherit knownPaths;
  };
  stub = cfg.package.configureStub {
    package = cfg.package32;
    inherit libraryEnvironment;
  };
in
{
  options.programs.nix-ld = {
    enable32Bit = kinds.enable {
      description = "Whether to run 32-bit programs (i686) too. On x86_64 only.";
    };

    libraries32 = kinds.libraries {
      defaultText = lib.literalMD "the defaults of {option}`programs.nix-ld.libraries`, and presets, from `pkgs.pkgsi686Linux`";
      example = lib.literalExpression "[ pkgs.pkgsi686Linux.SDL2 ]";
      description = "As {option}`programs.nix-ld.libraries`, for 32-bit programs.";
    };

    extraPaths32 = kinds.extraPaths {
      example = [ "/opt/driver/lib32" ];
      description = ''
        As {option}`programs.nix-ld.extraPaths`, for 32-bit programs.
        `/run/opengl-driver-32/lib` need not be named.
      '';
    };

    package32 = lib.mkOption {
      type = lib.types.package;
      default = pkgs32.callPackage ../package.nix { stubOnly = true; };
      defaultText = lib.literalMD "the stub of the sources that this module is from, built by `pkgs.pkgsi686Linux`";
      example = lib.literalExpression "ldshim.packages.i686-linux.default";
      description = "The package of ldshim for i686. Only its stub is used.";
    };
  };

  config = lib.mkIf (cfg.enable && cfg.enable32Bit && isPossible) (
    lib.mkMerge [
      {
        programs.nix-ld.libraries32 = lib.mkAfter (import ./default-libraries.nix pkgs32);
        environment.ldso32 = "${stub}/libexec/nix-ld";
      }
      (kinds.published cfg.setVariables [ (kinds.ofSystem "i686-linux" libraryEnvironment) ])
    ]
  );
}
