# Declares, without effect, the options of NixOS that the module sets or reads.
{ lib, ... }:
let
  inherit (lib) types;
  option =
    type: default:
    lib.mkOption {
      inherit type default;
      description = "As in NixOS.";
    };
in
{
  options = {
    assertions = option (types.listOf types.unspecified) [ ];
    warnings = option (types.listOf types.str) [ ];
    boot.isContainer = option types.bool false;
    boot.binfmt.emulatedSystems = option (types.listOf types.str) [ ];
    environment = {
      systemPackages = option (types.listOf types.package) [ ];
      pathsToLink = option (types.listOf types.str) [ ];
      sessionVariables = option (types.attrsOf types.str) { };
    };
    nixpkgs.hostPlatform = option types.str "x86_64-linux";
    services.envfs.enable = option types.bool false;
    specialisation = option (types.attrsOf types.raw) { };
    system.stateVersion = option types.str "";
    systemd.tmpfiles.rules = option (types.listOf types.str) [ ];
  };
}
