# Where the library environments of a system are, below /run/current-system/sw, and the loaders below /.
{
  # A library environment in the running system, by the name of its share.
  libraryDirectory = name: "/run/current-system/sw/share/${name}/lib";

  # The loaders of glibc, by system.
  loaders = {
    x86_64-linux = "/lib64/ld-linux-x86-64.so.2";
    aarch64-linux = "/lib/ld-linux-aarch64.so.1";
    riscv64-linux = "/lib/ld-linux-riscv64-lp64d.so.1";
    i686-linux = "/lib/ld-linux.so.2";
  };

  # Those of musl.
  muslLoaders = {
    x86_64-linux = "/lib/ld-musl-x86_64.so.1";
    aarch64-linux = "/lib/ld-musl-aarch64.so.1";
    riscv64-linux = "/lib/ld-musl-riscv64.so.1";
    i686-linux = "/lib/ld-musl-i386.so.1";
  };

  # The tmpfiles rules that put a stub at such a path, and the one that takes an older one away.
  placeRules = path: stub: [
    "d ${dirOf path} 0755 root root - -"
    "L+ ${path} - - - - ${stub}/libexec/nix-ld"
  ];
  removeRules = path: [ "r ${path} - - - - -" ];

  # The rules that put the list of libraries where programs ask for it.
  ldconfigRules = package: [
    "d /sbin 0755 root root - -"
    "L+ /sbin/ldconfig - - - - ${package}/libexec/ldshim/bin/ldconfig"
  ];
}
