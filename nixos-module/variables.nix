# setVariables: the variables of a session. kinds.nix sets them, for each kind of programs.
{ lib, ... }:
{
  options.programs.nix-ld.setVariables = lib.mkOption {
    type = lib.types.bool;
    default = true;
    example = false;
    description = ''
      Whether to set `NIX_LD` and `NIX_LD_LIBRARY_PATH` for sessions, as nixpkgs' module does. Programs run without them:
      the stub knows its system. They are for scripts that read them, and the variables for other architectures are for
      programs of those, which would otherwise heed these two.
    '';
  };
}
