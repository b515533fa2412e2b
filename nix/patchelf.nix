# passthru.patchelf: ldshim as the program patchelf, in the place of nixpkgs' package of that name. A build that has it among its
# inputs gets search paths without needless directories, as with that one (dontPatchELF switches that off).
{
  lib,
  runCommandLocal,
  # The package whose tool it is.
  ldshim,
}:
runCommandLocal "patchelf-0.19.0"
  {
    pname = "patchelf";
    version = "0.19.0";
    passthru = { inherit ldshim; };
    meta = {
      description = "patchelf's flags, by ldshim's ELF writer";
      license = lib.licenses.mit;
      mainProgram = "patchelf";
    };
  }
  ''
    mkdir -p "$out/bin" "$out/nix-support"
    ln -s ${ldshim}/libexec/ldshim/bin/patchelf "$out/bin/patchelf"
    cp ${./patchelf-hook.sh} "$out/nix-support/setup-hook"
  ''
