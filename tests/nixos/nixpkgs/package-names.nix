# The packages of nixpkgs that the module names and the tests do not need.
[
  "attr"
  "curl"
  "libssh"
  "libxml2"
  "acl"
  "libsodium"
  "util-linux"
  "systemd"
]
