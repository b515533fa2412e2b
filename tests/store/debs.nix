# Store paths made of Debian packages, laid out as nixpkgs lays them out: $out/lib and $out/bin.
#
# debs: the folder with the .deb files, one version of each package.
# only: the packages to take of them, with spaces between; all if it is empty.
#
# The result is a derivation with a link per package; its attribute `packages` has them by Debian's names.
{
  debs,
  only ? "",
}:

let
  # "libssl3_3.0.20-1_amd64.deb" -> "libssl3"
  packageOf = file: builtins.head (builtins.match "([^_]+)_.*" file);

  # A store name may hold none of Debian's "~", ":" (as %3a) and so on.
  storeName = file: builtins.replaceStrings [ "%3a" "~" ".deb" ] [ "." "." "" ] file;

  unpack =
    file:
    derivation {
      name = storeName file;
      system = builtins.currentSystem;
      builder = "/bin/sh";
      PATH = "/usr/bin:/bin";
      deb = builtins.path {
        path = debs + "/${file}";
        name = "${storeName file}.deb";
      };
      args = [
        "-euc"
        ''
          dpkg-deb -x "$deb" unpacked
          mkdir -p "$out/lib" "$out/bin"
          for folder in unpacked/lib/*-linux-gnu* unpacked/usr/lib/*-linux-gnu* unpacked/usr/*-linux-gnu*/lib \
            unpacked/lib/*-linux-musl unpacked/usr/lib32; do
            if [ -d "$folder" ]; then cp -a "$folder/." "$out/lib/"; fi
          done
          for folder in unpacked/bin unpacked/sbin unpacked/usr/bin unpacked/usr/sbin; do
            if [ -d "$folder" ]; then cp -a "$folder/." "$out/bin/"; fi
          done
          rmdir --ignore-fail-on-non-empty "$out/bin" "$out/lib"
        ''
      ];
    };

  wanted = builtins.filter (name: builtins.isString name && name != "") (builtins.split " " only);

  isWanted =
    file:
    builtins.match ".*\\.deb" file != null && (only == "" || builtins.elem (packageOf file) wanted);

  debFiles = builtins.filter isWanted (builtins.attrNames (builtins.readDir debs));

  packages = map (file: {
    name = packageOf file;
    path = unpack file;
  }) debFiles;
in

# One directory with a link per package, so that one garbage collector root keeps them all.
derivation {
  name = "ldshim-test-packages";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  PATH = "/usr/bin:/bin";
  links = map (package: "${package.path} ${package.name}") packages;
  args = [
    "-euc"
    ''
      mkdir "$out"
      cd "$out"
      set -f
      set -- $links
      while [ $# -gt 0 ]; do
        ln -s "$1" "$2"
        shift 2
      done
    ''
  ];
}
// {
  packages = builtins.listToAttrs (
    map (package: {
      inherit (package) name;
      value = package.path;
    }) packages
  );
}
