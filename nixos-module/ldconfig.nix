# ldconfig: the list of libraries, where programs ask for it.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.nix-ld;
  directories = import ./system-directories.nix;
  kinds = import ./kinds.nix { inherit lib pkgs; };
  own = directories.ldconfigRules cfg.package;

  # Workarounds that are around, by the path that their rule is about.
  isOther =
    rule: builtins.match "[^ \t]+[ \t]+/sbin/ldconfig([ \t].*)?" rule != null && !lib.elem rule own;
  others = lib.filter isOther config.systemd.tmpfiles.rules;
in
{
  options.programs.nix-ld.ldconfig.enable = kinds.enable {
    description = ''
      Whether to put `ldshim ldconfig` at `/sbin/ldconfig`, where programs ask which libraries there are: Python's
      `ctypes.util.find_library`, triton, Prisma, Steam's runtime, the installers of .NET and of VS Code's server. `ldconfig -p`
      answers with the libraries of this module, in glibc's format; nothing is ever written. Programs that take a system with an
      `/sbin/ldconfig` for a usual Linux distribution may go on to look for `/usr/lib`.
      Turned off again, it leaves the link: remove `/sbin/ldconfig` by hand.
    '';
  };

  config = lib.mkIf (cfg.enable && cfg.ldconfig.enable) {
    # There is no rule that would take it away: where it is off, what is there is somebody else's.
    systemd.tmpfiles.rules = own;

    assertions = [
      {
        assertion = others == [ ];
        message = ''
          programs.nix-ld.ldconfig.enable is set, and systemd.tmpfiles.rules has another /sbin/ldconfig: ${lib.concatStringsSep "; " others}. Remove one of the two.
        '';
      }
    ];
  };
}
