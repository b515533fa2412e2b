# The NixOS module `programs.nix-ld`. It takes the place of nixpkgs' module of that name, and has its options.
{
  disabledModules = [ "programs/nix-ld.nix" ];

  imports = [
    ./enable.nix
    ./libraries.nix
    ./presets.nix
    ./extra-paths.nix
    ./loader.nix
    ./on-demand.nix
    ./variables.nix
    ./32-bit.nix
    ./musl.nix
    ./emulated-systems.nix
    ./ldconfig.nix
    ./index.nix
    ./assertions.nix
  ];
}
