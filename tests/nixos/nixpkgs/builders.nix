# nixpkgs' trivial builders, as far as they are used here. They build with what the machine has.
{ lib }:
let
  # Flakes do not see it.
  system = builtins.currentSystem or "x86_64-linux";
  runCommand =
    name: environment: script:
    let
      tools = map (package: "${package}/bin") (environment.nativeBuildInputs or [ ]);
      drv = derivation (
        builtins.removeAttrs environment [
          "passthru"
          "meta"
        ]
        // {
          inherit name system;
          builder = "/bin/sh";
          PATH = lib.concatStringsSep ":" (
            tools
            ++ [
              "/usr/sbin"
              "/usr/bin"
              "/sbin"
              "/bin"
            ]
          );
          args = [
            "-euc"
            script
          ];
        }
      );
    in
    drv // environment.passthru or { };
in
{
  inherit runCommand system;
  runCommandLocal = runCommand;
  writeText = name: text: runCommand name { inherit text; } ''printf %s "$text" > "$out"'';
}
