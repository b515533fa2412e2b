# The flake's checks for one system.
{
  self,
  pkgs,
  nixosSystem,
}:
let
  inherit (pkgs) lib;
  inherit (pkgs.stdenv.hostPlatform) system;
  package = self.packages.${system}.default;

  # The module in a real NixOS, evaluated: the tmpfiles rules name the stub.
  evaluated = nixosSystem {
    modules = [
      self.nixosModules.default
      {
        nixpkgs.hostPlatform = system;
        programs.nix-ld.enable = true;
        programs.nix-ld.presets = [ "desktop" ];
        boot.isContainer = true;
        system.stateVersion = lib.trivial.release;
      }
    ];
  };
in
{
  inherit package;

  clippy = package.overrideAttrs (old: {
    pname = "ldshim-clippy";
    nativeBuildInputs = old.nativeBuildInputs ++ [ pkgs.clippy ];
    buildPhase = "cargo clippy --offline --workspace --all-targets -- -D warnings";
    doCheck = false;
    installPhase = ''touch "$out"'';
    postInstall = "";
  });

  nix-files =
    pkgs.runCommandLocal "nix-files"
      {
        nativeBuildInputs = [
          pkgs.deadnix
          pkgs.nixfmt
        ];
      }
      ''
        cd ${
          lib.fileset.toSource {
            root = ../.;
            fileset = lib.fileset.fileFilter (file: file.hasExt "nix") ../.;
          }
        }
        deadnix --fail .
        find . -name '*.nix' -exec nixfmt --check {} +
        touch "$out"
      '';

  module = pkgs.writeText "module" (
    lib.concatStringsSep "\n" evaluated.config.systemd.tmpfiles.rules
  );
}
# NixOS' tests need a virtual machine of the same architecture.
// lib.optionalAttrs (lib.elem system [
  "x86_64-linux"
  "aarch64-linux"
]) (lib.mapAttrs' (name: lib.nameValuePair "vm-${name}") package.tests)
