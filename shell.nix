# What builds and tests ldshim. CONTRIBUTING.md says which tests need Debian as well.
{
  pkgs ? import <nixpkgs> { },
}:
pkgs.mkShell {
  packages = [
    pkgs.cargo
    pkgs.clippy
    pkgs.rustc
    pkgs.rustfmt

    # The programs of the tests: of glibc, of musl, with zlib.
    pkgs.gcc
    pkgs.musl.dev
    pkgs.zlib

    # What fetches programs of others, and the Debian packages that the tests' store is made of.
    pkgs.apt
    pkgs.dpkg
    pkgs.nix
    pkgs.nodejs
    (pkgs.python3.withPackages (python: [ python.pip ]))

    # What looks at programs, and starts other kernels and architectures.
    pkgs.binutils
    pkgs.qemu
    pkgs.strace

    # What looks at Nix files.
    pkgs.deadnix
    pkgs.nixfmt
  ];
}
