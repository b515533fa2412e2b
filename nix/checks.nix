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

  # A program as a folder, as a package and as a file that unpacks itself: each starts where it was not built.
  bundle =
    let
      bundle =
        format:
        package.bundle {
          package = pkgs.hello;
          inherit format;
        };
    in
    pkgs.runCommandLocal "bundle" { nativeBuildInputs = [ pkgs.dpkg ]; } ''
      greet() {
        test "$(env -i HOME="$PWD" "$1" --greeting=moved)" = moved
      }
      cp -r ${bundle "folder"} "a folder"
      greet "a folder/bin/hello"
      dpkg-deb --extract ${bundle "deb"} installed
      greet installed/usr/bin/hello
      greet ${bundle "run"}

      # The store is here: only the original may take its C library from it.
      takes_from_store() {
        env -i LD_DEBUG=files "$1" 2>&1 | grep -q "calling init: $NIX_STORE/.*/libc.so"
      }
      takes_from_store ${pkgs.hello}/bin/hello
      if takes_from_store "a folder/bin/hello"; then
        echo "the bundle takes its C library from $NIX_STORE" >&2
        exit 1
      fi
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
