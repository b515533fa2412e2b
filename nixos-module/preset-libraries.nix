# The presets: what they are for, and the packages. A name is one of nixpkgs, or several, as find-package.nix has it.
#
# They are in presets.json, together with the libraries that each package has, because `ldshim` names a preset where it would do.
# - electron: what Electron's and Chromium's own packages for Debian ask for, beyond a desktop.
# - python: what the manylinux specifications (PEP 513, 571, 599, 600) let a wheel expect of any system, beyond glibc itself.
# - qt: what the libraries and plugins of Qt's wheels need that they do not bring; not what their drivers for databases, speech
#   and smart cards need, which few programs use.
let
  inherit (builtins.fromJSON (builtins.readFile ./presets.json)) presets;
  packagesOf =
    preset:
    builtins.concatMap (name: packagesOf presets.${name}) (preset.includes or [ ]) ++ preset.packages;
in
builtins.mapAttrs (_: preset: preset // { libraries = packagesOf preset; }) presets
