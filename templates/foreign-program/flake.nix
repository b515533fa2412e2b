{
  description = "A development shell in which a foreign program finds its libraries";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    # Put here where you have ldshim from.
    ldshim.url = "git+file:///path/to/ldshim";
    ldshim.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    { nixpkgs, ldshim, ... }:
    let
      forSystems = nixpkgs.lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
      ];
    in
    {
      devShells = forSystems (
        system:
        let
          pkgs = nixpkgs.legacyPackages.${system};
          tool = ldshim.packages.${system}.default;
          environment = tool.mkLibraryEnvironment {
            name = "program-env";
            # What the program needs: `ldshim run` and its error messages say what is missing.
            libraries = [
              pkgs.stdenv.cc.cc
              pkgs.zlib
            ];
          };
        in
        {
          default = pkgs.mkShell {
            packages = [ tool ];
            # For programs that the shell starts, and their children; on a system with ldshim or nix-ld.
            NIX_LD_LIBRARY_PATH = "${environment}";
            NIX_LD = "${environment}/ld.so";
          };
        }
      );
    };
}
