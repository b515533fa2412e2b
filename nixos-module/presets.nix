# presets: named sets of libraries. What is in them is in preset-libraries.nix.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.nix-ld;
  sets = import ./preset-libraries.nix;
  find = import ./find-package.nix { inherit lib; };
  librariesOf =
    pkgs: names:
    lib.concatMap (
      preset: map (find "programs.nix-ld.presets: ${preset}" pkgs) sets.${preset}.libraries
    ) names;
  describe = name: "- `${name}`: ${sets.${name}.description}";
in
{
  options.programs.nix-ld.presets = lib.mkOption {
    type = lib.types.listOf (lib.types.enum (lib.attrNames sets));
    default = [ ];
    example = [
      "desktop"
      "electron"
    ];
    description = ''
      Sets of libraries that programs of one kind need, added to {option}`programs.nix-ld.libraries`:

      ${lib.concatStringsSep "\n" (map describe (lib.attrNames sets))}
    '';
  };

  config = lib.mkIf cfg.enable {
    programs.nix-ld.libraries = lib.mkAfter (librariesOf pkgs cfg.presets);
    programs.nix-ld.libraries32 = lib.mkIf (cfg.enable32Bit && pkgs.stdenv.hostPlatform.isx86_64) (
      lib.mkAfter (
        librariesOf pkgs.pkgsi686Linux (lib.filter (name: sets.${name}.in32Bit or false) cfg.presets)
      )
    );
  };
}
