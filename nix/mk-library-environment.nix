# passthru.mkLibraryEnvironment: a library environment as a derivation. $out is the directory itself: links to
# libraries, ld.so, ld.so.cache. A program uses it by `NIX_LD_LIBRARY_PATH = "${environment}"`.
{
  lib,
  runCommandLocal,
  # The package that `ldshim env build` comes from. It runs here, and serves every architecture.
  ldshim,
  # The real loader where none is named.
  defaultLoader,
}:
{
  # Short, because the path of the cache in $out has to fit where glibc has the path of its own, which is
  # /nix/store/HASH-glibc-VERSION/etc/ld.so.cache: 17 letters are enough for glibc-2.40-66.
  name ? "nix-ld-env",
  # Packages. Of two libraries of one name, that of the earlier package counts.
  libraries,
  # The real loader that fits them: its path, or a package of glibc. For musl, the path.
  loader ? defaultLoader,
  # Directories outside the store, which are searched first, as far as they are there when a program starts.
  extraPaths ? [ ],
  # The same where it is known what they will have, such as a graphics driver: `{ path = "/run/driver/lib"; packages = [ ... ]; }`
  # lists what these packages have in lib/, and `names = [ "libcuda.so.1" ]` more. Programs start faster so. The packages are
  # looked at when this is built, and not referred to.
  knownPaths ? [ ],
}:
let
  # As buildEnv chooses outputs.
  outputsOf =
    package:
    if package ? meta.outputsToInstall && !(package.outputSpecified or false) then
      map (output: package.${output}) package.meta.outputsToInstall
    else
      [ package ];
  # A command that adds a known path to "$@".
  addKnownPath =
    {
      path,
      packages ? [ ],
      names ? [ ],
    }:
    ''
      names=$(
        for folder in ${
          lib.concatMapStringsSep " " (output: "${output}/lib") (lib.concatMap outputsOf packages)
        }; do
          for file in "$folder"/*.so "$folder"/*.so.*; do
            if [ -e "$file" ]; then printf '%s,' "''${file##*/}"; fi
          done
        done
      )
      set -- "$@" --extra-path ${lib.escapeShellArg path}="$names"${lib.escapeShellArg (lib.concatStringsSep "," names)}
    '';
  loaderFile =
    if loader ? outPath then "${lib.getLib loader}/lib/${baseNameOf defaultLoader}" else loader;
in
runCommandLocal name
  {
    nativeBuildInputs = [ ldshim ];
    loader = loaderFile;
    libraries = map (package: "${lib.getLib package}") libraries;
  }
  ''
    set --
    for package in $libraries; do
      if [ -d "$package/lib" ] || [ -d "$package/lib64" ]; then
        set -- "$@" "$package"
      else
        echo "${name}: $package has no lib/, and is left out" >&2
      fi
    done
    # Without any there are still those of the loader itself.
    if [ $# = 0 ]; then set -- "$(dirname "$loader")"; fi
    ${lib.concatMapStringsSep "\n" addKnownPath knownPaths}
    # Built here and moved: what is written beside $out while it is built does not belong into the store.
    ldshim env build --out environment --for "$out" --loader "$loader" ${
      lib.concatMapStringsSep " " (path: "--extra-path ${lib.escapeShellArg path}") extraPaths
    } "$@"
    # "ADDRESS LENGTH ...": where the loader has its own path of the cache, and how long that is. There is no such link if the
    # loader could be prepared.
    place=$(readlink environment/ld.so.cache.place || true)
    room=''${place#* }
    room=''${room%% *}
    cache=$out/ld.so.cache
    if [ -n "$room" ] && [ ''${#cache} -gt "$room" ]; then
      echo "${name}: $cache is longer than the $room letters that the loader has room for." \
        "Programs search a library path instead, and setuid programs find nothing." >&2
    fi
    mv environment "$out"
  ''
