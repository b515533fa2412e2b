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
  glibc = package "glibc" {
    x86_64 = "libc6";
    i686 = "libc6-i386-cross";
    aarch64 = "libc6-arm64-cross";
    riscv64 = "libc6-riscv64-cross";
  };
  # Links to the libraries of several packages.
  join =
    name: packages:
    runCommand name { inherit packages; } ''
      mkdir -p "$out/lib"
      for package in $packages; do ln -s "$package"/lib/*.so* "$out/lib/"; done
    '';
in
{
  inherit glibc;
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
  # It says what `--greeting=` asks it to.
  hello =
    if tests ? debs && architecture == "x86_64" then
      runCommand "hello-2.12" { inherit glibc; } ''
        mkdir -p "$out/bin"
        echo '#include <stdio.h>' > hello.c
        echo 'int main(int count, char **words) { puts(count > 1 ? words[1] + 11 : "Hello, world!"); }' >> hello.c
        cc -o "$out/bin/hello" -Wl,--dynamic-linker,"$glibc/lib/ld-linux-x86-64.so.2" -Wl,-rpath,"$glibc/lib" hello.c
      ''
    else
      empty "hello";
}
