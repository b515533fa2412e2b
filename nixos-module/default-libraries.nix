# The libraries that every system has: the same as with nixpkgs' own module.
pkgs: [
  pkgs.zlib
  pkgs.zstd
  pkgs.stdenv.cc.cc
  pkgs.curl
  pkgs.openssl
  pkgs.attr
  pkgs.libssh
  pkgs.bzip2
  pkgs.libxml2
  pkgs.acl
  pkgs.libsodium
  pkgs.util-linux
  pkgs.xz
  pkgs.systemd
]
