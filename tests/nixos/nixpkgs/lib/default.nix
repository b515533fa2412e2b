# A stand-in for the part of nixpkgs' lib that the module and the flake use, written for these tests. It has the same
# names and the same meaning; `NIXPKGS_LIB` lets the tests use the real one.
let
  lib = import ./basics.nix // {
    types = import ./types.nix { inherit lib; };
    inherit (import ./definitions.nix { inherit lib; })
      mkIf
      mkMerge
      mkOverride
      mkDefault
      mkForce
      mkOrder
      mkBefore
      mkAfter
      discharge
      mergeDefinitions
      ;
    inherit (import ./options.nix { inherit lib; })
      mkOption
      mkEnableOption
      isOption
      literalExpression
      literalMD
      showOption
      ;
    inherit (import ./modules.nix { inherit lib; }) evalModules;
  };
in
lib
