# The modules of NixOS that are there.
[
  ./options.nix
  ./graphics.nix
  ./ldso.nix
  ./stub-ld.nix
  ./programs/nix-ld.nix
]
