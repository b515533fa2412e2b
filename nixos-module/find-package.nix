# A package by name. nixpkgs has moved some to other names, so a name may have several, best first:
# "libx11|xorg.libX11".
{ lib }:
user: pkgs: names:
let
  paths = map (lib.splitString ".") (lib.splitString "|" names);
  found = lib.filter (path: lib.hasAttrByPath path pkgs) paths;
in
if found == [ ] then
  throw "${user} needs the package ${names}, and this nixpkgs has none of that name"
else
  lib.attrByPath (lib.head found) null pkgs
