//! Messages of shells and others who start programs.

use super::Trap;

/// What the kernel's few errors may mean.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "corrupted-interpreter",
        patterns: &["Accessing a corrupted shared library"],
        cause: "What is at the loader's path is no loader for this architecture: the kernel refuses it.",
        advice: "`ldshim doctor` says what is there. Put a stub for this architecture there.",
        threads: &[],
    },
    Trap {
        code: "exec-format",
        patterns: &[
            "Exec format error",
            "exec format error",
            "cannot execute binary file",
        ],
        cause: "The program is for another architecture, or is cut off, or a script without its first line.",
        advice: "`ldshim explain {program}` says which. For other architectures: boot.binfmt.emulatedSystems with \
                 programs.nix-ld.emulatedSystems.",
        threads: &[],
    },
    Trap {
        code: "bad-interpreter",
        patterns: &[
            "{interpreter}: bad interpreter: No such file or directory",
            "{program}: bad interpreter: {interpreter}: no such file or directory",
            "{program}: cannot execute: required file not found",
            "bad interpreter",
        ],
        cause: "What the program asks to be started by is not there: the loader, /lib64/ld-linux-x86-64.so.2, if it is an ELF \
                file; if it is a script, what its first line names, such as /bin/bash, which NixOS does not have.",
        advice: "`ldshim explain {program}` says which it is. For programs: programs.nix-ld.enable = true; for scripts: \
                 `bash {program}`, or services.envfs.enable = true;",
        threads: &["nix-community/nix-ld#85", "tadfisher/android-nixpkgs#103"],
    },
    Trap {
        code: "service-exec",
        patterns: &["status=203/EXEC"],
        cause: "systemd could not execute the service's program: it or its loader is not there, or it may not be executed.",
        advice: "`ldshim explain PROGRAM` on the path in ExecStart. Services do not have a session's variables: the stub has to \
                 have its paths baked in, as ldshim's module does.",
        threads: &["NixOS/nixpkgs#7329"],
    },
    Trap {
        code: "env-not-found",
        patterns: &[
            "env: {program}: No such file or directory",
            "env: can't execute {program}: No such file or directory",
        ],
        cause: "A script asks for this program by #!/usr/bin/env, and it is not in PATH.",
        advice: "Install it, or enter a shell that has it: `nix-shell -p` or `nix shell`.",
        threads: &[],
    },
    Trap {
        code: "fish-no-loader",
        patterns: &["The file exists and is executable. Check the interpreter or linker?"],
        cause: "Nothing is at the path of the loader that the program names.",
        advice: "`ldshim doctor` says what is there; programs.nix-ld.enable = true; puts a stub there.",
        threads: &["nix-community/nix-ld#85"],
    },
    Trap {
        code: "permission",
        patterns: &[
            "{program}: Permission denied",
            "permission denied: {program}",
        ],
        cause: "The program is not marked as executable, or its file system or its loader's is mounted with noexec.",
        advice: "chmod +x {program}; if that does not help, `ldshim doctor` names file systems with noexec.",
        threads: &[],
    },
    Trap {
        code: "no-such-file",
        patterns: &[
            "[Errno 2] No such file or directory: {program}",
            "spawn {program} ENOENT",
            "no such file or directory: {program}",
            "{program}: No such file or directory",
            "sh: {_line}: {program}: not found",
            "sh: {program}: not found",
        ],
        cause: "If the file is there, its loader is not: the kernel has one error for both. Nothing is at the path of the \
                loader that the program names, /lib64/ld-linux-x86-64.so.2 for most.",
        advice: "`ldshim explain {program}` says which; `ldshim doctor` says what is at the loader's path; \
                 programs.nix-ld.enable = true; puts a stub there.",
        threads: &[
            "NixOS/nixpkgs#107375",
            "AppImage/AppImageKit#472",
            "microsoft/vscode-remote-release#682",
        ],
    },
];
