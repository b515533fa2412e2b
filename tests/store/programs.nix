# A program as it is in a Nix store: made of Debian packages, with loader and search paths that lead to the store.
#
# name: what it is called.
# debs: the folder with its .deb files and those of all libraries but glibc.
# files: the names of these, with spaces between: what is built anew when it changes.
# glibc: the store path of glibc.
# bash: a store path with bin/bash, for wrappers.
# ldshim: the program ldshim.
# wrappers: what makeWrapper would be called with, a line for each program: its name and variables, such as
#   `git GIT_EXEC_PATH=@out@/lib/git-core`.
{
  name,
  debs,
  files,
  glibc,
  ldshim,
  bash ? "",
  wrappers ? "",
}:

derivation {
  inherit
    name
    debs
    files
    ldshim
    wrappers
    ;
  glibc = builtins.storePath glibc;
  bash = if bash == "" then "" else builtins.storePath bash;
  system = builtins.currentSystem;
  builder = "/bin/sh";
  PATH = "/usr/bin:/bin";
  args = [
    "-euc"
    ''
      mkdir unpacked
      for file in $files; do
        dpkg-deb --fsys-tarfile "$debs/$file" | tar -x --no-same-owner --no-same-permissions -C unpacked
      done
      mkdir -p "$out/bin" "$out/lib" "$out/share" "$out/etc"
      for folder in unpacked/bin unpacked/sbin unpacked/usr/bin unpacked/usr/sbin; do
        if [ -d "$folder" ]; then cp -a "$folder/." "$out/bin/"; fi
      done
      for folder in unpacked/lib/x86_64-linux-gnu unpacked/usr/lib/x86_64-linux-gnu; do
        if [ -d "$folder" ]; then cp -a "$folder/." "$out/lib/"; rm -r "$folder"; fi
      done
      for folder in unpacked/lib unpacked/usr/lib unpacked/usr/libexec; do
        if [ -d "$folder" ]; then cp -a "$folder/." "$out/lib/"; fi
      done
      if [ -d unpacked/usr/share ]; then cp -a unpacked/usr/share/. "$out/share/"; fi
      if [ -d unpacked/etc ]; then cp -a unpacked/etc/. "$out/etc/"; fi
      rm -rf "$out/share/doc" "$out/share/man" "$out/share/bug" "$out/share/lintian"
      # It is linked statically and relocates itself: there is nothing to give it.
      rm -f "$out/bin/ldconfig"
      "$ldshim" autopatch --no-undo --loader "$glibc/lib/ld-linux-x86-64.so.2" --append-rpaths "$glibc/lib" \
        --ignore-missing '*' --paths "$out"

      # What Debian makes when it installs them, and nixpkgs when it builds.
      loaders="$out/lib/gdk-pixbuf-2.0"
      if [ -d "$loaders" ]; then
        "$loaders/gdk-pixbuf-query-loaders" "$loaders"/*/loaders/*.so >"$loaders/2.10.0/loaders.cache"
      fi
      schemas="$out/share/glib-2.0/schemas"
      if [ -d "$schemas" ]; then "$out/lib/glib-2.0/glib-compile-schemas" "$schemas"; fi
      if [ -d "$out/share/mime" ]; then "$out/bin/update-mime-database" "$out/share/mime"; fi
      fonts="$out/etc/fonts/fonts.conf"
      if [ -f "$fonts" ]; then sed -i "s|<dir>/usr/share/fonts</dir>|<dir>$out/share/fonts</dir>|" "$fonts"; fi

      # As makeWrapper of nixpkgs writes them.
      printf '%s\n' "$wrappers" | while read -r program variables; do
        if [ -z "$program" ]; then continue; fi
        mv "$out/bin/$program" "$out/bin/.$program-wrapped"
        {
          echo "#! $bash/bin/bash -e"
          for variable in $variables; do
            echo "export $variable" | sed "s|=\(.*\)|='\1'|; s|@out@|$out|g"
          done
          echo "exec -a \"\$0\" \"$out/bin/.$program-wrapped\"  \"\$@\""
        } >"$out/bin/$program"
        chmod 555 "$out/bin/$program"
      done
    ''
  ];
}
