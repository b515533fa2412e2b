# What each kind of programs has: the system's own, 32-bit ones, those of musl, those of emulated systems. The options
# that several kinds have are declared here, and each kind's library environment is published the same way.
{ lib, pkgs }:
let
  inherit (import ./system-directories.nix) libraryDirectory;
  package = import ./package-type.nix { inherit lib; };

  # A package that has the kind's library environment at share/NAME/lib.
  shareOf =
    { share, libraryEnvironment, ... }:
    pkgs.runCommandLocal share { } ''
      mkdir -p "$out/share/${share}"
      ln -s ${libraryEnvironment} "$out/share/${share}/lib"
    '';

  variablesOf =
    {
      share,
      loaderVariable,
      libraryPathVariable,
      ...
    }:
    {
      ${loaderVariable} = lib.mkDefault "${libraryDirectory share}/ld.so";
      ${libraryPathVariable} = lib.mkDefault (libraryDirectory share);
    };
in
{
  # Options. What they do not have in common is their argument.
  enable =
    option:
    lib.mkOption (
      {
        type = lib.types.bool;
        default = false;
        example = true;
      }
      // option
    );
  libraries =
    option:
    lib.mkOption (
      {
        type = lib.types.listOf package;
        default = [ ];
      }
      // option
    );
  extraPaths =
    option:
    lib.mkOption (
      {
        type = lib.types.listOf lib.types.str;
        default = [ ];
      }
      // option
    );

  # The directory of a graphics driver, of which it is known what will be in there.
  driver = path: package: extraPackages: [
    {
      inherit path;
      packages = [ package ] ++ extraPackages;
    }
  ];

  # What is known of some directories need not be searched in them.
  unknownOf = knownPaths: extraPaths: lib.subtractLists (map (it: it.path) knownPaths) extraPaths;

  # The kind of an architecture that is not the system's own. NIX_LD_LIBRARY_PATH names libraries that are not for it.
  ofSystem =
    system: libraryEnvironment:
    let
      suffix = builtins.replaceStrings [ "-" ] [ "_" ] system;
    in
    {
      share = "nix-ld-${system}";
      loaderVariable = "NIX_LD_${suffix}";
      libraryPathVariable = "NIX_LD_LIBRARY_PATH_${suffix}";
      inherit libraryEnvironment;
    };

  # Configuration: kinds have their library environments in the running system, and sessions have the variables that
  # name them, if they are to be set.
  published = setVariables: kinds: {
    environment.systemPackages = map shareOf kinds;
    environment.pathsToLink = map (kind: "/share/${kind.share}") kinds;
    environment.sessionVariables = lib.mkIf setVariables (lib.mkMerge (map variablesOf kinds));
  };
}
