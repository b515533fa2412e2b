# Packages made of Debian's, by tests/store/debs.nix.
{
  # `debs`: the folder with Debian's packages; without it every package is empty.
  tests,
  empty,
  runCommand,
  architecture,
}:
let
  store = import ../../store/debs.nix { inherit (tests) debs; };
  package =
    name: names:
    if tests ? debs && names ? ${architecture} then
      store.packages.${names.${architecture}}
    else
      empty name;
  x86_64 = name: { x86_64 = name; };
  # Links to the libraries of several packages.
  join =
    name: packages:
    runCommand name { inherit packages; } ''
      mkdir -p "$out/lib"
      for package in $packages; do ln -s "$package"/lib/*.so* "$out/lib/"; done
    '';
in
{
  glibc = package "glibc" {
    x86_64 = "libc6";
    i686 = "libc6-i386-cross";
    aarch64 = "libc6-arm64-cross";
    riscv64 = "libc6-riscv64-cross";
  };
  # nixpkgs has libgcc_s and libstdc++ in one package, and links to both of Debian's make one.
  gcc =
    if tests ? debs && architecture == "x86_64" then
      join "gcc-lib" [
        store.packages.libgcc-s1
        store.packages."libstdc++6"
        store.packages.libatomic1
      ]
    else
      empty "gcc-lib";
  zlib = package "zlib" {
    x86_64 = "zlib1g";
    i686 = "lib32z1";
  };
  zstd = package "zstd" (x86_64 "libzstd1");
  openssl = package "openssl" (x86_64 "libssl3");
  bzip2 = package "bzip2" (x86_64 "libbz2-1.0");
  xz = package "xz" (x86_64 "liblzma5");
  musl = package "musl" (x86_64 "musl");
}
