# The tests of the module in NixOS' virtual machines. README.md says what a scenario expects of the machine; the same
# scripts run without NixOS in tests/vm.
{
  lib,
  callPackage,
  fetchPypi,
  patchelf,
  pkgs,
  runCommandCC,
  stdenv,
  testers,
  unzip,
  writeShellScriptBin,
  zlib,
  # The package under test.
  ldshim ? callPackage ../../package.nix { },
}:
let
  inherit (stdenv) hostPlatform;
  directories = import ../system-directories.nix;
  loader = directories.loaders.${hostPlatform.system};
  loader32 = lib.optionalString hostPlatform.isx86_64 directories.loaders.i686-linux;
  scenarios = lib.filter (lib.hasSuffix ".sh") (lib.attrNames (builtins.readDir ./scenarios));

  # The real program, as tests/programs pins it. It is for x86_64 only.
  pinned = lib.findFirst (program: program.name == "ruff") null (
    lib.importJSON ../../tests/programs/programs.json
  );
  wheel = fetchPypi {
    pname = pinned.package;
    inherit (pinned) version sha256;
    format = "wheel";
    dist = "py3";
    python = "py3";
    platform = "manylinux_2_17_x86_64.manylinux2014_x86_64";
  };

  foreign =
    runCommandCC "foreign-programs"
      {
        nativeBuildInputs = [
          patchelf
          unzip
        ];
        CC = "cc";
        LOADER = loader;
        ZLIB = "${zlib}/lib/libz.so";
        LOADER32 = loader32;
        CC32 = lib.optionalString hostPlatform.isx86_64 "${pkgs.pkgsi686Linux.stdenv.cc}/bin/cc";
        ZLIB32 = lib.optionalString hostPlatform.isx86_64 "${pkgs.pkgsi686Linux.zlib}/lib/libz.so";
      }
      ''
        sh ${./programs}/build.sh "$out"
        # nixpkgs' compiler adds what no other system's does: where the libraries are.
        for program in hello open greeter; do
          patchelf --set-interpreter "$LOADER" --remove-rpath "$out/$program"
        done
        if [ -n "$LOADER32" ]; then
          patchelf --set-interpreter "$LOADER32" --remove-rpath "$out/hello32"
        fi
        cp ${ldshim}/libexec/nix-ld ${ldshim}/nix-support/ldpath "$out"
        ${lib.optionalString hostPlatform.isx86_64 ''
          unzip -q ${wheel} -d wheel
          install -m755 wheel/${pinned.executable} "$out/ruff"
        ''}
      '';

  greeting = runCommandCC "greeting" { } ''cp -r ${foreign}/greeting "$out"'';

  # A graphics driver with these libraries.
  driver =
    names:
    runCommandCC "driver" { } ''
      mkdir -p "$out/lib"
      for name in ${toString names}; do cp ${foreign}/greeting/lib/libgreeting.so "$out/lib/$name"; done
    '';

  # What the scenarios call.
  as-service = writeShellScriptBin "as-service" ''
    exec systemd-run --quiet --wait --pipe --collect -- "$@"
  '';
  switch-to = writeShellScriptBin "switch-to" ''
    system=/run/booted-system
    if [ "$1" != enabled ]; then system=$system/specialisation/$1; fi
    exec "$system/bin/switch-to-configuration" test
  '';
in
{
  scenarios = testers.runNixOSTest {
    name = "ldshim-scenarios";
    nodes.machine = {
      imports = [ ../. ];
      programs.nix-ld = {
        enable = true;
        package = ldshim;
        enable32Bit = hostPlatform.isx86_64;
      };
      environment.systemPackages = [
        as-service
        switch-to
      ];
      hardware.graphics = {
        enable = true;
        package = driver [
          "libdriver.so.1"
          "libdriver-old.so"
        ];
      };
      specialisation = {
        greeting.configuration = {
          programs.nix-ld.libraries = [ greeting ];
          hardware.graphics.package = lib.mkForce (driver [
            "libdriver.so.1"
            "libdriver-new.so"
          ]);
        };
        disabled.configuration = {
          programs.nix-ld.enable = lib.mkForce false;
          environment.stub-ld.enable = false;
        };
      };
    };
    testScript = ''
      machine.wait_for_unit("multi-user.target")
      for name in ${builtins.toJSON scenarios}:
          with subtest(name):
              machine.succeed(
                  "FOREIGN=${foreign} LOADER=${loader} LOADER32=${loader32} "
                  f"bash -lc 'sh ${./.}/scenarios/{name}' >&2"
              )
    '';
  };

  # The package with nixpkgs' own module.
  drop-in = testers.runNixOSTest {
    name = "ldshim-drop-in";
    nodes.machine.programs.nix-ld = {
      enable = true;
      package = ldshim;
    };
    testScript = ''
      machine.succeed("${foreign}/hello >&2")
      machine.succeed("env -i ${foreign}/hello >&2")
      machine.succeed("$(cat ${ldshim}/nix-support/ldpath) --version >&2")
      machine.fail("NIX_LD_LIBRARY_PATH=/nonexistent ${foreign}/hello")
    '';
  };
}
