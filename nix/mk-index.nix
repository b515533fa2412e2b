# passthru.mkIndex: an index of libraries as a derivation, made of a database of nix-index. It is at the place in a system where
# ldshim looks for it.
{
  runCommandLocal,
  # The package that `ldshim index import` comes from. It runs here.
  ldshim,
}:
# A file, or a directory with `files` in it, as nix-index has one.
database:
runCommandLocal "nix-ld-index"
  {
    nativeBuildInputs = [ ldshim ];
    database = "${database}";
  }
  ''
    if [ -d "$database" ]; then database=$database/files; fi
    # Nix gives a builder a terminal, and its log would have a progress bar.
    export TERM=dumb
    XDG_CACHE_HOME=$PWD ldshim index import "$database"
    mkdir -p "$out/share/nix-ld/index"
    mv ldshim/index/nixpkgs "$out/share/nix-ld/index"
  ''
