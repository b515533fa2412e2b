# The package: the stub, and the tool `ldshim`. It has the files of nixpkgs' nix-ld package at the same places.
{
  lib,
  stdenv,
  buildPackages,
  callPackage,
  installShellFiles,
  runCommandLocal,
  rustPlatform,
  # Without the tool: all that a system needs for programs of another architecture.
  stubOnly ? false,
}:
let
  inherit (stdenv) hostPlatform;
  canRun = stdenv.buildPlatform.canExecute hostPlatform;
  inherit (stdenv.cc.bintools) dynamicLinker;
in
rustPlatform.buildRustPackage (finalAttrs: {
  pname = if stubOnly then "ldshim-stub" else "ldshim";
  version = (lib.importTOML ./Cargo.toml).workspace.package.version;

  src = lib.fileset.toSource {
    root = ./.;
    fileset = lib.fileset.unions [
      ./Cargo.toml
      ./Cargo.lock
      ./src
      ./loader-stub
      ./run-head
      # The tool knows the presets.
      ./nixos-module/presets.json
      ./tests
      ./xtask
    ];
  };
  cargoLock.lockFile = ./Cargo.lock;

  nativeBuildInputs = [ installShellFiles ];

  env = {
    # The suffix of NIX_LD_<system>, and the loader of a stub that nothing was baked into.
    NIX_SYSTEM = hostPlatform.system;
    DEFAULT_NIX_LD = dynamicLinker;
  };

  # The stub is a package of its own in the workspace; xtask writes the man pages.
  cargoBuildFlags = [ (if stubOnly then "--package=loader-stub" else "--workspace") ];

  # The tests of single functions. Those of whole programs need what the build's sandbox forbids: user namespaces, a
  # Nix store to write to, and programs from the network.
  cargoTestFlags = [
    "--package=loader-stub"
    "--lib"
  ]
  ++ lib.optional (!stubOnly) "--package=ldshim";

  postInstall = ''
    ${lib.optionalString (canRun && !stubOnly) ''
      CARGO_TARGET_DIR="$PWD/target" "$out/bin/xtask" man
      installManPage target/man/*
      installShellCompletion --bash target/completions/ldshim.bash
      installShellCompletion --fish target/completions/ldshim.fish
      installShellCompletion --zsh target/completions/_ldshim
    ''}
    rm -f "$out/bin/xtask"
    mkdir -p "$out/libexec" "$out/nix-support" "$out/lib/tmpfiles.d"
    # Parts of bundles, and no commands.
    mv "$out/bin/bundle-entry" "$out/libexec/"
    ${lib.optionalString (!stubOnly) ''mv "$out/bin/run-head" "$out/libexec/"''}

    ${lib.optionalString (!stubOnly) ''
      # The tool by its other names, where no PATH has it by accident.
      mkdir -p "$out/libexec/ldshim/bin"
      ln -s ../../../bin/ldshim "$out/libexec/ldshim/bin/patchelf"
      ln -s ../../../bin/ldshim "$out/libexec/ldshim/bin/ldconfig"
    ''}
    ln -s ../bin/nix-ld "$out/libexec/nix-ld"
    ldpath=/${hostPlatform.libDir}/${baseNameOf (builtins.unsafeDiscardStringContext dynamicLinker)}
    echo "$ldpath" > "$out/nix-support/ldpath"
    echo "L+ $ldpath - - - - $out/libexec/nix-ld" > "$out/lib/tmpfiles.d/nix-ld.conf"
  '';

  passthru =
    let
      # What makes library environments and configures stubs has to run where that is built.
      ldshim =
        if canRun && !stubOnly then
          finalAttrs.finalPackage
        else
          buildPackages.callPackage ./package.nix { };
    in
    {
      mkLibraryEnvironment = import ./nix/mk-library-environment.nix {
        inherit lib runCommandLocal ldshim;
        defaultLoader = dynamicLinker;
      };
      configureStub =
        arguments:
        import ./nix/configure-stub.nix { inherit lib runCommandLocal ldshim; } (
          { package = finalAttrs.finalPackage; } // arguments
        );
      # An interpreter of nixpkgs that finds libraries for what was built elsewhere.
      withLibraries = import ./nix/with-libraries.nix {
        inherit lib runCommandLocal ldshim;
        inherit (finalAttrs.finalPackage) mkLibraryEnvironment;
      };
      # Programs that run where there is no Nix.
      bundle = import ./nix/bundle.nix { inherit lib runCommandLocal ldshim; };
      # The tool in the place of nixpkgs' patchelf.
      patchelf = import ./nix/patchelf.nix {
        inherit lib runCommandLocal;
        ldshim = finalAttrs.finalPackage;
      };
      # A setup hook in the place of nixpkgs' autoPatchelfHook.
      autoPatchHook = import ./nix/auto-patch-hook.nix {
        inherit lib runCommandLocal;
        ldshim = finalAttrs.finalPackage;
      };
      # Without what callPackage adds.
      tests = lib.filterAttrs (_: lib.isDerivation) (
        callPackage ./nixos-module/tests { ldshim = finalAttrs.finalPackage; }
      );
    };

  meta = {
    description = "Runs programs built for other Linux systems on NixOS, unpatched";
    license = lib.licenses.mit;
    mainProgram = if stubOnly then "nix-ld" else "ldshim";
    platforms = [
      "x86_64-linux"
      "aarch64-linux"
      "riscv64-linux"
      "i686-linux"
    ];
  };
})
