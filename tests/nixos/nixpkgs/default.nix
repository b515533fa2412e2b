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

  # A platform, as nixpkgs' lib describes it, or as far as the package and the module ask.
  platform =
    lib.systems.elaborate or (
      system:
      let
        architecture = lib.head (lib.splitString "-" system);
      in
      {
        inherit system;
        isLinux = true;
        isx86_64 = architecture == "x86_64";
        isAarch64 = architecture == "aarch64";
        isi686 = architecture == "i686";
        libDir = if architecture == "x86_64" then "lib64" else "lib";
        # An x86-64 machine runs both.
        canExecute = other: other.system == system || (other.isi686 && architecture == "x86_64");
      }
    );
  buildPlatform = platform builders.system;

  builders = import ./builders.nix { inherit lib; };
  empty = name: builders.runCommand name { } ''mkdir -p "$out/lib"'';

  # By the names of nixpkgs, which has some in sets: "xorg.libX11".
  names = map (lib.splitString ".") (import ./package-names.nix);
  emptyPackages = lib.foldl' (
    packages: path:
    let
      name = lib.head path;
    in
    packages
    // {
      ${name} =
        if lib.length path == 1 then
          empty name
        else
          packages.${name} or { } // { ${lib.last path} = empty (lib.last path); };
    }
  ) { } names;
  debian = import ./debian.nix {
    inherit
      tests
      empty
      architecture
      ;
    inherit (builders) runCommand;
  };

  self = emptyPackages // {
    inherit
      lib
      config
      overlays
      system
      ;
    # What nixpkgs' own modules ask of a set of packages.
    _type = "pkgs";
    appendOverlays =
      more:
      import ./. {
        inherit system config lib;
        overlays = overlays ++ more;
      };
    __splicedPackages = self;
    path = ./.;
    pkgs = self;
    inherit (builders)
      runCommand
      runCommandLocal
      writeText
      ;
    callPackage = lib.callPackageWith self;
    stdenv = {
      inherit buildPlatform;
      hostPlatform = platform system;
      cc = empty "gcc-wrapper" // {
        cc = debian.gcc;
        bintools.dynamicLinker = "${debian.glibc}/lib/${loaderNames.${architecture}}";
      };
    };
    glibc = debian.glibc;
    inherit (debian)
      hello
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
          bintools.dynamicLinker = "${debian.musl}/lib/libc.so";
        };
      };
      zlib = empty "zlib-musl";
      openssl = empty "openssl-musl";
    };
    rustPlatform = import ./rust-platform.nix {
      inherit
        lib
        tests
        system
        empty
        ;
      inherit (builders) runCommand;
    };
    # What the packages run on that build others.
    buildPackages =
      if buildPlatform.canExecute self.stdenv.hostPlatform then
        self
      else
        import ./. {
          system = builders.system;
          inherit config overlays lib;
        };
    mkShell = arguments: empty "shell" // { inherit arguments; };
    python3.withPackages = _: empty "python3";
    # The scenarios need a real NixOS.
    fetchPypi = arguments: empty arguments.pname;
    runCommandCC = builders.runCommand;
    pkgsStatic = self;
    buildEnv = arguments: empty arguments.name;
    wrapQemuBinfmtP = name: _: empty name;
    writeShellScript = builders.writeText;
    writeShellScriptBin = builders.writeText;
    testers.runNixOSTest = test: empty test.name // { inherit test; };
  };
in
lib.foldl' (packages: overlay: packages // overlay packages packages) self overlays
