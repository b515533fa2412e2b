# The package of ldshim: what Cargo has built, or an empty package, with the functions of the real one.
{
  lib,
  # `tool`: the file `ldshim`; `stubs.<system>`: the file `nix-ld` for that system.
  tests,
  system,
  empty,
  runCommandLocal,
  dynamicLinker,
}:
let
  file =
    name: path:
    builtins.path {
      inherit name path;
    };
  stub = tests.stubs.${system} or null;
  package =
    if tests ? tool then
      runCommandLocal "ldshim"
        {
          tool = file "ldshim" tests.tool;
          stub = if stub == null then "" else file "nix-ld" stub;
        }
        ''
          mkdir -p "$out/bin" "$out/libexec"
          cp "$tool" "$out/bin/ldshim"
          if [ -n "$stub" ]; then cp "$stub" "$out/libexec/nix-ld"; fi
        ''
    else
      empty "ldshim";
  ldshim = package // {
    mkLibraryEnvironment = import ../../../nix/mk-library-environment.nix {
      inherit lib runCommandLocal ldshim;
      defaultLoader = dynamicLinker;
    };
    configureStub = import ../../../nix/configure-stub.nix {
      inherit lib runCommandLocal ldshim;
    };
  };
in
ldshim
