# onDemand: what the stub does for a program that has no pin.
{ lib, ... }:
{
  options.programs.nix-ld.onDemand = lib.mkOption {
    type = lib.types.enum [
      "no"
      "ask"
      "yes"
    ];
    default = "no";
    example = "ask";
    description = ''
      What to do when a program without a pin is started the first time: nothing; start `ldshim pin`, which asks on a
      terminal if something is missing; or have it take the best packages where they are clear.
      Needs an index of libraries ({option}`programs.nix-ld.index`, or `ldshim index update`). {env}`NIX_LD_ON_DEMAND` says otherwise for a session.
    '';
  };
}
