# The systems of the virtual machine: a folder with `systems/enabled`, `systems/greeting` and `systems/disabled`, as
# nixos-module/tests/README.md describes them, and `package`, the package of ldshim. Each system has what the module
# decides, the rules of systemd-tmpfiles, the variables of the session and /share, and a busybox for all else.
{
  # The folder with Debian's packages, and a real loader with room for a long path of its cache, as nixpkgs' has.
  debs,
  loader,
  # `ldshim`, `xtask`, and `nix-ld` for x86-64 and for i686.
  tool,
  xtask,
  # The entry of bundled programs, and the head of files that unpack themselves.
  entry,
  head,
  stub,
  stub32,
  # The folder $FOREIGN/greeting, and one with programs that every system has.
  greeting,
  commands,
}:
let
  inherit (import ../store/debs.nix { inherit debs; }) packages;

  run =
    name: environment: script:
    derivation (
      environment
      // {
        inherit name;
        system = builtins.currentSystem;
        builder = "/bin/sh";
        PATH = "/usr/bin:/bin";
        args = [
          "-euc"
          script
        ];
      }
    );
  copy = name: path: builtins.path { inherit name path; };

  glibc =
    run "glibc"
      {
        libc6 = packages.libc6;
        loader = copy "ld.so" loader;
      }
      ''
        mkdir "$out"
        cp -r --no-preserve=mode "$libc6/lib" "$out/lib"
        cp "$loader" "$out/lib/ld-linux-x86-64.so.2"
        chmod +x "$out"/lib/*.so*
      '';

  # Debian's, told of the loader and the libraries that it does not find in such a root.
  tmpfiles =
    run "systemd-tmpfiles"
      {
        inherit glibc;
        program = packages.systemd-standalone-tmpfiles;
        libraries = map (name: packages.${name}) [
          "libacl1"
          "libcap2"
          "libselinux1"
          "libpcre2-8-0"
        ];
      }
      ''
        mkdir -p "$out/bin" "$out/lib"
        for package in $libraries; do
          cp -P "$package"/lib/*.so.* "$out/lib/"
        done
        cat >"$out/bin/systemd-tmpfiles" <<EOF
        #!/bin/sh
        exec $glibc/lib/ld-linux-x86-64.so.2 --library-path $glibc/lib:$out/lib \
          $program/bin/systemd-tmpfiles "\$@"
        EOF
        chmod +x "$out/bin/systemd-tmpfiles"
      '';

  module =
    configuration:
    import ../../nixos-module/tests/system.nix {
      inherit
        debs
        tool
        xtask
        entry
        head
        stub
        stub32
        configuration
        ;
    };

  system =
    name: configuration:
    run "system-${name}"
      {
        inherit (module configuration) root;
        inherit tmpfiles;
        busybox = packages.busybox-static;
        commands = copy "commands" commands;
      }
      ''
        mkdir -p "$out/etc/tmpfiles.d" "$out/sw/bin"
        ln -s "$root/share" "$out/sw/share"
        ln -s "$root/tmpfiles.conf" "$out/etc/tmpfiles.d/00-nixos.conf"
        {
          echo "export PATH=/run/current-system/sw/bin"
          sed -n 's/^./export &/p' "$root/variables"
        } >"$out/etc/set-environment"
        for name in $("$busybox/bin/busybox" --list); do
          ln -s "$busybox/bin/busybox" "$out/sw/bin/$name"
        done
        ln -sf "$commands"/* "$tmpfiles/bin/systemd-tmpfiles" "$out/sw/bin/"
      '';

  # A graphics driver with these libraries, which are all the same.
  driver =
    names:
    run "driver" { greeting = copy "greeting" greeting; } ''
      mkdir -p "$out/lib"
      for name in ${toString names}; do cp "$greeting/lib/libgreeting.so" "$out/lib/$name"; done
    '';

  enabled = {
    programs.nix-ld = {
      enable = true;
      enable32Bit = true;
      loader = "${glibc}/lib/ld-linux-x86-64.so.2";
    };
    hardware.graphics.enable = true;
    hardware.graphics.package = driver [
      "libdriver.so.1"
      "libdriver-old.so"
    ];
  };
in
run "systems"
  {
    enabled = system "enabled" enabled;
    greeting = system "greeting" {
      imports = [ enabled ];
      hardware.graphics.package = (import ../nixos/nixpkgs/lib).mkForce (driver [
        "libdriver.so.1"
        "libdriver-new.so"
      ]);
      programs.nix-ld.libraries = [
        (run "greeting" { greeting = copy "greeting" greeting; } ''cp -r "$greeting" "$out"'')
      ];
    };
    disabled = system "disabled" { programs.nix-ld.enable = false; };
    inherit (module enabled) package;
  }
  ''
    mkdir -p "$out/systems"
    ln -s "$package" "$out/package"
    for name in enabled greeting disabled; do
      eval "ln -s \$$name $out/systems/$name"
    done
  ''
