# A stand-in for nixpkgs: packages made of Debian's where `config.ldshimTests` says where those are, else empty ones.
{
  system ? builtins.currentSystem,
  config ? { },
  overlays ? [ ],
  # The lib to use: the stand-in beside this file, or that of a real nixpkgs.
  lib ? import ./lib,
}:
let
  tests = config.ldshimTests or { };
  architecture = lib.head (lib.splitString "-" system);
  loaderNames = {
    x86_64 = "ld-linux-x86-64.so.2";
    aarch64 = "ld-linux-aarch64.so.1";
    riscv64 = "ld-linux-riscv64-lp64d.so.1";
    i686 = "ld-linux.so.2";
  };

  builders = import ./builders.nix { inherit lib; };
  empty = name: builders.runCommand name { } ''mkdir -p "$out/lib"'';

  # By the names of nixpkgs. Whatever else the module's lists name is an empty package.
  emptyPackages = lib.genAttrs (import ./package-names.nix) empty;
  debian = import ./debian.nix {
    inherit lib tests empty architecture;
    inherit (builders) runCommand;
  };

  self = emptyPackages // {
    inherit lib config overlays system;
    path = ./.;
    inherit (builders) runCommand runCommandLocal writeText;
    callPackage = lib.callPackageWith self;
    stdenv = {
      hostPlatform = {
        inherit system;
        isLinux = true;
        isx86_64 = architecture == "x86_64";
        isAarch64 = architecture == "aarch64";
        isi686 = architecture == "i686";
        libDir = if architecture == "x86_64" then "lib64" else "lib";
      };
      cc = {
        cc = debian.gcc;
        bintools.dynamicLinker = "${debian.glibc}/lib/${loaderNames.${architecture}}";
      };
    };
    glibc = debian.glibc;
    inherit (debian)
      zlib
      zstd
      openssl
      bzip2
      xz
      musl
      ;
    pkgsi686Linux =
      if architecture == "x86_64" then
        import ./. {
          system = "i686-linux";
          inherit config overlays lib;
        }
      else
        throw "i686 Linux package set can only be used with the x86 family.";
    pkgsMusl = self // {
      stdenv = self.stdenv // {
        cc = self.stdenv.cc // {
          cc = empty "gcc-musl";
        };
      };
      zlib = empty "zlib-musl";
      openssl = empty "openssl-musl";
    };
    # What package.nix is called with, and what it makes of that.
    ldshim = import ./ldshim.nix {
      inherit lib tests system empty;
      inherit (builders) runCommandLocal;
      inherit (self.stdenv.cc.bintools) dynamicLinker;
    };
  };
in
lib.foldl' (packages: overlay: packages // overlay packages packages) self overlays
