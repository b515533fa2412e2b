# passthru.configureStub: a stub with paths baked in, at libexec/nix-ld. It refers to nothing but those.
{
  lib,
  runCommandLocal,
  # The package that `ldshim stub configure` comes from. It runs here, and serves every architecture.
  ldshim,
}:
{
  # The package whose stub it is.
  package ? ldshim,
  # What `mkLibraryEnvironment` gives: for programs of glibc, and of musl.
  libraryEnvironment ? null,
  muslLibraryEnvironment ? null,
  # What it does for programs without a pin: "no", "ask" or "yes". It starts the system's ldshim.
  onDemand ? "no",
  # The real loaders for programs that these have none for.
  loader ? if libraryEnvironment == null then null else "${libraryEnvironment}/ld.so",
  muslLoader ? if muslLibraryEnvironment == null then null else "${muslLibraryEnvironment}/ld.so",
}:
let
  baked = lib.filterAttrs (_: path: path != null) {
    inherit loader;
    library-dir = libraryEnvironment;
    musl-loader = muslLoader;
    musl-library-dir = muslLibraryEnvironment;
    on-demand = onDemand;
  };
in
runCommandLocal "nix-ld-stub"
  {
    nativeBuildInputs = [ ldshim ];
    # It would bring glibc along, for a tool that no stub needs.
    disallowedReferences = [ package ];
  }
  ''
    mkdir -p "$out/libexec"
    ldshim stub configure --in ${package}/libexec/nix-ld --out "$out/libexec/nix-ld" ${
      lib.concatStringsSep " " (lib.mapAttrsToList (flag: path: "--${flag} ${path}") baked)
    }
  ''
