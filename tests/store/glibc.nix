# A glibc in its own store path, as that of nixpkgs is: configured with `--prefix=$out`, so that its loader
# has the built-in cache path `/nix/store/HASH-glibc-VERSION/etc/ld.so.cache`. Laid out as debs.nix does it.
#
# source: the folder with the three files of Debian's source package.
# version: its version, without Debian's revision.
{ source, version }:

let
  glibc = derivation {
    name = "glibc-${version}";
    system = builtins.currentSystem;
    builder = "/bin/sh";
    PATH = "/usr/bin:/bin";
    source = builtins.path {
      path = source;
      name = "glibc-source";
    };
    args = [
      "-euc"
      ''
        # Debian's tools look for the package's files by name, beside the .dsc.
        cp -r "$source" source
        chmod -R u+w source
        dpkg-source --no-check --extract source/*.dsc unpacked
        # Debian's own makefiles would be taken for glibc's configuration.
        mkdir build "$out" "$out/etc"
        touch "$out/etc/ld.so.conf"
        cd build
        ../unpacked/configure --prefix="$out" --disable-werror --disable-nscd --disable-profile \
          --enable-kernel=3.10.0 CFLAGS="-O2 -g0" CXX=
        nice -n 10 make -j2
        nice -n 10 make install
        # As in nixpkgs: nothing of this system belongs into a cache of its own.
        rm -f "$out/etc/ld.so.cache"
        if [ -d "$out/lib64" ]; then mv "$out/lib64/"* "$out/lib/"; fi
      ''
    ];
  };
in

# Like the packages of debs.nix, so that one garbage collector root keeps it.
derivation {
  name = "ldshim-test-glibc";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  PATH = "/usr/bin:/bin";
  inherit glibc;
  args = [ "-euc" ''mkdir "$out"; ln -s "$glibc" "$out/libc6"'' ];
}
