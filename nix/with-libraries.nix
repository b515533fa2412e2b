# passthru.withLibraries: a package whose programs find some more libraries, and whose children see nothing of it. For
# interpreters of nixpkgs that load what was built elsewhere, such as the wheels of a virtual environment:
#
#   ldshim.withLibraries pkgs.python3 [ pkgs.zlib pkgs.stdenv.cc.cc.lib ]
#
# Its programs are copies that name the loader of a library environment, which looks for those libraries last, as loaders
# elsewhere look into the system's directories.
{
  lib,
  runCommandLocal,
  # The package that `ldshim patch` comes from.
  ldshim,
  mkLibraryEnvironment,
}:
package: libraries:
lib.makeOverridable (
  {
    # Names of libraries that are loaded before the program begins, such as "libstdc++.so.6", for modules that expect them to be
    # there without needing them.
    preload ? [ ],
    # The loader of the glibc that the package was built with, where that is not this nixpkgs' own.
    loader ? null,
  }:
  let
    environment = mkLibraryEnvironment (
      { inherit libraries; } // lib.optionalAttrs (loader != null) { inherit loader; }
    );
  in
  runCommandLocal "${lib.getName package}-with-libraries"
    {
      nativeBuildInputs = [ ldshim ];
      inherit package;
      passthru = (package.passthru or { }) // {
        inherit environment;
      };
      meta = package.meta or { };
    }
    ''
      if [ ! -e ${environment}/ld.so.original ]; then
        echo "${environment} has a path that its loader has no room for: choose a glibc with a longer name" >&2
        exit 1
      fi
      mkdir -p "$out/bin"
      for entry in "$package"/*; do
        case "''${entry##*/}" in
          bin | nix-support) ;;
          *) ln -s "$entry" "$out/" ;;
        esac
      done
      copied=
      for program in "$package/bin"/*; do
        copy=$out/bin/''${program##*/}
        if [ -L "$program" ]; then
          case "$(readlink "$program")" in
            */*) ln -s "$program" "$copy" ;;
            *) cp -P "$program" "$copy" ;;
          esac
        elif interpreter=$(ldshim patch --print-interpreter "$program" 2> /dev/null); then
          if grep -q makeCWrapper "$program"; then
            echo "$program is a wrapper, whose program would not change: name the package that it wraps" >&2
            exit 1
          fi
          if ! cmp -s "$interpreter" ${environment}/ld.so.original; then
            echo "$program was built with another glibc, that of $interpreter:" \
              "name its loader by .override { loader = ...; }" >&2
            exit 1
          fi
          cp "$program" "$copy"
          chmod u+w "$copy"
          ldshim patch --no-undo --set-interpreter ${environment}/ld.so ${
            lib.concatMapStringsSep " " (name: "--add-needed ${lib.escapeShellArg name}") preload
          } "$copy"
          copied=yes
        else
          ln -s "$program" "$copy"
        fi
      done
      if [ -z "$copied" ]; then
        echo "$package has no program in bin/ that names a loader: wrappers and scripts start others," \
          "so name the package that has those" >&2
        exit 1
      fi
    ''
) { }
