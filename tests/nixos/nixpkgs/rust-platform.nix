# rustPlatform.buildRustPackage, as far as package.nix is concerned: what Cargo has built already is taken from the
# arguments of the tests, and installed as package.nix says. Without those it is an empty package.
{
  lib,
  runCommand,
  empty,
  # `tool`, `xtask`, `entry`, `head`: these files; `stubs.<system>`: the file `nix-ld` for that system.
  tests,
  system,
}:
let
  # A file's path and what it has in it: so a changed file is another derivation, without a copy of it in the store.
  file = path: if path == null then "" else toString path;
  hash = path: if path == null then "" else builtins.hashFile "sha256" path;
in
{
  buildRustPackage =
    function:
    let
      stub = tests.stubs.${system} or null;
      arguments = function { finalPackage = package; };
      name = "${arguments.pname}-${arguments.version}";
      built =
        runCommand name
          {
            ldshim = file tests.tool;
            xtask = file tests.xtask;
            entry = file tests.entry;
            head = file tests.head;
            stub = file stub;
            hashes = map hash [
              tests.tool
              tests.xtask
              tests.entry
              tests.head
              stub
            ];
          }
          ''
            mkdir -p "$out/bin"
            ${lib.optionalString (lib.elem "--workspace" arguments.cargoBuildFlags) ''
              cp "$ldshim" "$out/bin/ldshim"
              cp "$xtask" "$out/bin/xtask"
              cp "$head" "$out/bin/run-head"
            ''}
            cp "$entry" "$out/bin/bundle-entry"
            if [ -n "$stub" ]; then cp "$stub" "$out/bin/nix-ld"; fi

            # What nixpkgs' installShellFiles does.
            installManPage() { install -Dm644 -t "$out/share/man/man1" "$@"; }
            installShellCompletion() {
              case $1 in
              --bash) install -Dm644 "$2" "$out/share/bash-completion/completions/''${2##*/}" ;;
              --fish) install -Dm644 "$2" "$out/share/fish/vendor_completions.d/''${2##*/}" ;;
              --zsh) install -Dm644 "$2" "$out/share/zsh/site-functions/''${2##*/}" ;;
              esac
            }
            ${arguments.postInstall}
            # As nixpkgs does with every program.
            strip --strip-debug --preserve-dates "$out"/bin/*
          '';
      package =
        (if tests ? tool then built else empty name)
        // arguments.passthru
        // {
          inherit arguments;
          inherit (arguments) meta pname version;
          overrideAttrs = change: package // change (arguments // { nativeBuildInputs = [ ]; });
        };
    in
    package;
}
