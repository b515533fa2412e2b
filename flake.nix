{
  description = "Runs programs built for other Linux systems on NixOS, unpatched";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "i686-linux"
        "riscv64-linux"
      ];
      forSystems = systems: f: lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
      forAllSystems = forSystems systems;
      packageFor = pkgs: pkgs.callPackage ./package.nix { };
    in
    {
      packages = forAllSystems (pkgs: rec {
        ldshim = packageFor pkgs;
        default = ldshim;
        # For systems that run programs of this one.
        stub = ldshim.override { stubOnly = true; };
      });

      overlays.default = final: _: { ldshim = packageFor final; };

      nixosModules = rec {
        # With the package of this flake's nixpkgs: the stub needs nothing of the system's own.
        default =
          { lib, pkgs, ... }:
          let
            inherit (pkgs.stdenv) hostPlatform;
          in
          {
            # Several modules of one system may import this one.
            key = toString ./flake.nix;
            _file = ./flake.nix;
            imports = [ ./nixos-module ];
            programs.nix-ld.package = lib.mkDefault self.packages.${hostPlatform.system}.default;
            programs.nix-ld.package32 = lib.mkIf hostPlatform.isx86_64 (
              lib.mkDefault self.packages.i686-linux.stub
            );
          };
        nix-ld = default;
      };

      apps = forAllSystems (
        pkgs:
        let
          ldshim = {
            type = "app";
            program = "${self.packages.${pkgs.stdenv.hostPlatform.system}.default}/bin/ldshim";
            meta.description = "Run a foreign program, and make library environments for it";
          };
        in
        {
          inherit ldshim;
          default = ldshim;
        }
      );

      devShells = forAllSystems (pkgs: {
        default = import ./shell.nix { inherit pkgs; };
      });

      formatter = forAllSystems (pkgs: pkgs.nixfmt-tree);

      templates = rec {
        foreign-program = {
          path = ./templates/foreign-program;
          description = "A development shell with the libraries of a foreign program";
        };
        default = foreign-program;
      };

      checks = forAllSystems (
        pkgs:
        import ./nix/checks.nix {
          inherit self pkgs;
          inherit (lib) nixosSystem;
        }
      );
    };
}
