# What nixpkgs' own modules (../../modules.json) expect of those of NixOS that are not evaluated with them: their options
# are declared, without effect.
{ lib, ... }:
let
  inherit (lib) types;
  option =
    type: default:
    lib.mkOption {
      inherit type default;
      description = "As in NixOS.";
    };
  anything = option types.anything { };
  list = option (types.listOf types.anything) [ ];
in
{
  options = {
    boot = {
      initrd.systemd = {
        additionalUpstreamUnits = list;
        contents = anything;
        services = anything;
        storePaths = list;
      };
      isContainer = option types.bool false;
      # An assertion about 32-bit drivers asks for it.
      kernelPackages = option types.raw { kernel.features.ia32Emulation = true; };
      loader.grub.device = option types.str "";
    };
    environment.etc = anything;
    fileSystems = anything;
    nix.enable = option types.bool true;
    nix.settings = anything;
    programs.ssh.package = option types.raw null;
    security.wrapperDir = option types.str "/run/wrappers/bin";
    system = {
      activationScripts = anything;
      build = option (types.lazyAttrsOf types.raw) { };
      stateVersion = option types.str "";
      systemBuilderCommands = option types.lines "";
    };
    systemd = {
      additionalUpstreamSystemUnits = list;
      additionalUpstreamUserUnits = list;
      package = option types.raw null;
      services = anything;
    };
  };

  config._module.args.utils = { };
}
