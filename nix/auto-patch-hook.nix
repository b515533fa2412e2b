# passthru.autoPatchHook: a setup hook in the place of nixpkgs' autoPatchelfHook.
{
  lib,
  runCommandLocal,
  # The package whose tool it is.
  ldshim,
}:
runCommandLocal "auto-patch-hook"
  {
    passthru = { inherit ldshim; };
    meta = {
      description = "Loaders and search paths for the programs of a package";
      license = lib.licenses.mit;
    };
  }
  ''
    mkdir -p "$out/nix-support"
    sed "s,@ldshim@,${ldshim}," ${./auto-patch-hook.sh} > "$out/nix-support/setup-hook"
  ''
