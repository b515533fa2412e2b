# emulatedSystems: programs for other architectures, by boot.binfmt.
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
  host = pkgs.stdenv.hostPlatform.system;

  # The loaders of these are the business of environment.ldso and environment.ldso32.
  native = [ host ] ++ lib.optional pkgs.stdenv.hostPlatform.isx86_64 "i686-linux";
  possible = lib.filter (system: !lib.elem system native) (lib.attrNames directories.loaders);
  systems = lib.optionals cfg.enable (
    lib.filter (system: lib.elem system possible) cfg.emulatedSystems
  );

  # Built by emulation, or fetched: binary caches have the packages of these systems.
  packagesOf =
    system:
    import pkgs.path {
      inherit system;
      inherit (pkgs) config overlays;
    };

  place =
    system:
    let
      foreign = packagesOf system;
      libraryEnvironment = cfg.package.mkLibraryEnvironment {
        libraries = import ./default-libraries.nix foreign;
        loader = foreign.stdenv.cc.bintools.dynamicLinker;
      };
      stub = cfg.package.configureStub {
        package = foreign.callPackage ../package.nix { stubOnly = true; };
        inherit libraryEnvironment;
      };
    in
    {
      kind = kinds.ofSystem system libraryEnvironment;
      rules = placeRules directories.loaders.${system} stub;
    };
in
{
  options.programs.nix-ld.emulatedSystems = lib.mkOption {
    type = lib.types.listOf lib.types.str;
    default = [ ];
    example = [ "aarch64-linux" ];
    description = ''
      Systems out of {option}`boot.binfmt.emulatedSystems` whose programs shall find a loader and the default libraries too.
      The packages for them are of the same nixpkgs. The stub is built by emulation, which takes its time.
    '';
  };

  config = lib.mkMerge [
    {
      systemd.tmpfiles.rules = lib.concatMap (
        system:
        if lib.elem system systems then (place system).rules else removeRules directories.loaders.${system}
      ) possible;
    }
    (kinds.published cfg.setVariables (map (system: (place system).kind) systems))
  ];
}
