# libraries: the packages that programs find libraries in.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.nix-ld;
  kinds = import ./kinds.nix { inherit lib pkgs; };
in
{
  options.programs.nix-ld.libraries = kinds.libraries {
    defaultText = lib.literalMD "those of nixpkgs' own module: zlib, openssl, curl and so on";
    example = lib.literalExpression "[ pkgs.gtk3 pkgs.alsa-lib ]";
    description = ''
      Packages whose libraries every program finds. Yours are added to the defaults, and come before them where two have a
      library of the same name; `lib.mkForce [ ... ]` leaves the defaults out.
      A program's own libraries (its RUNPATH) come before all of these.
      Directories outside the Nix store belong into {option}`programs.nix-ld.extraPaths`.
    '';
  };

  config = lib.mkIf cfg.enable {
    programs.nix-ld.libraries = lib.mkAfter (import ./default-libraries.nix pkgs);
  };
}
