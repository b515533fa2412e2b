//! Messages of what may stand at the place of a loader: stub-ld, nix-ld, ldshim's own stub.

use super::Trap;

/// Those that say by themselves who speaks.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "stub-ld",
        patterns: &[
            "Could not start dynamically linked executable: {program} NixOS cannot run dynamically linked",
            "Could not start dynamically linked executable: {program}",
            "Could not start dynamically linked executable",
            "NixOS cannot run dynamically linked executables",
            "nix.dev/permalink/stub-ld",
        ],
        cause: "NixOS's stub-ld stands where the program looks for its loader. It prints this and starts nothing.",
        advice: "programs.nix-ld.enable = true; puts a stub there that starts programs. `ldshim explain {program}` then says \
                 which libraries it needs.",
        threads: &["NixOS/nixpkgs#513077", "NixOS/nixpkgs#269551"],
        ..Trap::SURE
    },
    Trap {
        code: "nix-ld-1-without-loader",
        patterns: &[
            "you have not configured NIX_LD",
            "cannot open $NIX_LD ({loader})",
        ],
        cause: "nix-ld 1.x found no real loader: NIX_LD is unset in this session or service, or names a file that is gone.",
        advice: "Use ldshim's module in its place (programs.nix-ld.enable = true;): its stub needs no variable. Else set NIX_LD, and log in again after a \
                 switch. `ldshim doctor` says which variables are stale.",
        threads: &["nix-community/nix-ld#17"],
        ..Trap::SURE
    },
    Trap {
        code: "nix-ld-2-fatal",
        patterns: &["[nix-ld] FATAL", "[nix-ld] ERROR"],
        cause: "nix-ld 2.x gave up: NIX_LD names a loader that is gone or is not one, or it was started by hand.",
        advice: "`unset NIX_LD`, or log in again; `ldshim doctor` says what is wrong with it. ldshim's stub tries the next loader \
                 instead.",
        threads: &["nix-community/nix-ld#188", "thiagokokada/nix-alien#78"],
        ..Trap::SURE
    },
    Trap {
        code: "stub-loader-of-another-architecture",
        patterns: &["made for another architecture (from {_variable}"],
        cause: "A loader for 32-bit programs is named for 64-bit ones, or the other way round.",
        advice: "`unset NIX_LD`, and use the variables with the system's name: NIX_LD_i686_linux, NIX_LD_x86_64_linux.",
        ..Trap::SURE
    },
    Trap {
        code: "stub-environment-too-large",
        patterns: &["its environment has too many entries for its stack"],
        cause: "The limit of the stack is too low for a second copy of the environment, which the environment plan makes.",
        advice: "Use a library environment with a cache, which needs no copy, or raise `ulimit -s`.",
        ..Trap::SURE
    },
    Trap {
        code: "stub-without-loader",
        patterns: &[
            "nix-ld: cannot run {program}: loader {loader}: ",
            "nix-ld: cannot run {program}: ",
        ],
        cause: "ldshim's stub is there, but it finds no real loader that it can use.",
        advice: "`NIX_LD_LOG=info {program}` lists the loaders that were tried, `ldshim doctor` what is wrong with the variables. \
                 On NixOS: programs.nix-ld.enable = true;",
        ..Trap::SURE
    },
];
