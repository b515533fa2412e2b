{
  description = "A stand-in for the flake of nixpkgs";

  outputs = _: {
    lib = import ./lib // {
      # The options' values of a system with these modules.
      nixosSystem =
        { modules }:
        let
          lib = import ./lib;
        in
        lib.evalModules {
          specialArgs = {
            pkgs = import ./. { system = "x86_64-linux"; };
            modulesPath = toString ./nixos;
          };
          modules = import ./nixos ++ modules;
        };
    };

    legacyPackages = builtins.listToAttrs (
      map
        (system: {
          name = system;
          value = import ./. { inherit system; };
        })
        [
          "x86_64-linux"
          "aarch64-linux"
          "i686-linux"
          "riscv64-linux"
        ]
    );
  };
}
