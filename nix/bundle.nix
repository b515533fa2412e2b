# passthru.bundle: programs of a package with all that they need, as something that runs on any distribution, without Nix:
#
#   ldshim.bundle { package = pkgs.hello; format = "deb"; }
#
# A folder, or one file, whose name ends with the format's.
{
  lib,
  runCommandLocal,
  # The package that `ldshim bundle` comes from.
  ldshim,
}:
{
  package,
  # "folder", "tar.zst", "tar.gz", "deb", "rpm" or "run".
  format ? "folder",
  # The names of its programs in bin/. All, if none are named.
  programs ? [ ],
  # What a package (deb, rpm) is called. Without one it is the package's name with "-bundle" behind it.
  name ? null,
  # Who looks after it, as "Name <address>" (deb, rpm).
  maintainer ? null,
  # What it is, in a line (deb, rpm).
  description ? package.meta.description or null,
  # Other flags of `ldshim bundle`, such as [ "--strip" ].
  flags ? [ ],
}:
let
  title = lib.getName package;
  version = lib.getVersion package;
  said = lib.filterAttrs (_: value: value != null) {
    inherit name maintainer description;
    release = if version == "" then null else version;
  };
  flag = name: value: "--${name}=${lib.escapeShellArg value}";
in
runCommandLocal
  (
    if format == "folder" then
      "${title}-bundle"
    else
      "${title}${lib.optionalString (version != "") "-${version}"}.${format}"
  )
  {
    nativeBuildInputs = [ ldshim ];
    folder = "${lib.getBin package}/bin";
    names = programs;
    # Python knows what it has compiled by the time that files have in the store.
    SOURCE_DATE_EPOCH = "1";
    # A bundle has one output, whatever those of the package are called.
    meta = removeAttrs (package.meta or { }) [ "outputsToInstall" ];
  }
  ''
    set --
    for name in $names; do set -- "$@" "$folder/$name"; done
    if [ $# = 0 ]; then
      for program in "$folder"/*; do
        if [ -x "$program" ] && [ ! -d "$program" ]; then set -- "$@" "$program"; fi
      done
    fi
    if [ $# = 0 ]; then
      echo "$folder has no program" >&2
      exit 1
    fi
    # Nix gives a builder a terminal, and its log would have progress bars.
    export TERM=dumb
    # Built here and moved: what is written beside $out while it is built does not belong into the store.
    ldshim bundle --format=${format} --out=bundle ${
      lib.concatStringsSep " " (lib.mapAttrsToList flag said ++ map lib.escapeShellArg flags)
    } "$@"
    mv bundle "$out"
  ''
