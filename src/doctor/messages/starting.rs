//! Why the kernel did not start a program.

use super::Trap;

/// Each of the kernel's errors, as speakers pass it on, and messages that say more than that.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "corrupted-interpreter",
        cause: "What is at the loader's path is no loader for this architecture: the kernel refuses it.",
        advice: "`ldshim doctor` says what is there. Put a stub for this architecture there.",
        ..Trap::SURE
    },
    Trap {
        code: "exec-format",
        patterns: &[
            "{@bash}{program}: cannot execute binary file",
            "Failed to execute process: {program:quoted} the file could not be run by the operating system",
            "{program:quoted}: not in executable format: file format not recognized",
            "{@bare}Exec format error (os error 8)",
        ],
        cause: "The program is for another architecture, or is cut off, or a script without its first line.",
        advice: "`ldshim explain {program}` says which. For other architectures: boot.binfmt.emulatedSystems with \
                 programs.nix-ld.emulatedSystems.",
        ..Trap::SURE
    },
    Trap {
        code: "script-with-crlf",
        patterns: &[
            "{@bash}{program}: {interpreter}^M: bad interpreter",
            "{interpreter:object}^M: bad interpreter",
            "{@zsh}{program}: bad interpreter: {interpreter}^M: no such file or directory",
            "env: '{interpreter}'$'\\r': No such file or directory",
            "env: '{interpreter}\\r': No such file or directory",
            "env: ‘{interpreter}\\r’: No such file or directory",
        ],
        cause: "The script's first line ends as lines do on Windows, and the kernel or env looks for a program whose name ends \
                with a carriage return. No loader is missing.",
        advice: "`dos2unix {program}`, or `sed -i 's/\\r$//' {program}`; git config core.autocrlf input keeps it so.",
        ..Trap::SURE
    },
    Trap {
        code: "bad-interpreter",
        patterns: &[
            "{@zsh}{program}: bad interpreter: {interpreter}: no such file or directory",
            "{@bash}{program:path}: {interpreter:path}: bad interpreter: No such file or directory",
            "{program:object}: {interpreter:path}: bad interpreter: No such file or directory",
            "{@bash}{program}: cannot execute: required file not found",
            "{program:object}: cannot execute: required file not found",
            "Failed to execute process {program:quoted}: The file specified the interpreter {interpreter:quoted}, which is not an \
             executable command",
            "{@bash}{program:path}: {interpreter:path}: bad ELF interpreter: No such file or directory",
            "{program:object}: {interpreter:path}: bad ELF interpreter: No such file or directory",
            "bad interpreter: No such file or directory",
        ],
        cause: "What the program asks to be started by is not there: the loader, /lib64/ld-linux-x86-64.so.2, if it is an ELF \
                file; if it is a script, what its first line names, such as /bin/bash, which NixOS does not have.",
        advice: "`ldshim explain {program}` says which it is, and what to do. For programs: programs.nix-ld.enable = true; for scripts of \
                 a shell: `bash {program}`, or services.envfs.enable = true; a script of a Python environment whose Python is gone: make \
                 the environment anew.",
        threads: &["nix-community/nix-ld#85", "tadfisher/android-nixpkgs#103"],
        ..Trap::SURE
    },
    Trap {
        code: "emulator-without-loader",
        patterns: &[
            "qemu-{_architecture:word}: Could not open {loader:quoted}: No such file or directory",
            "rosetta error: failed to open elf at {loader:path}",
        ],
        cause: "An emulator starts a program for another architecture, and nothing is at the path of the loader that it names.",
        advice: "programs.nix-ld.emulatedSystems puts a stub for that architecture there; or start it with `qemu-user -L ROOT`, where \
                 ROOT has the other system's loader and libraries.",
        ..Trap::SURE
    },
    Trap {
        code: "service-exec",
        patterns: &["status=203/EXEC"],
        cause: "systemd could not execute the service's program: it or its loader is not there, or it may not be executed.",
        advice: "`ldshim explain PROGRAM` on the path in ExecStart. Services do not have a session's variables: the stub has to \
                 have its paths baked in, as ldshim's module does.",
        threads: &["NixOS/nixpkgs#7329"],
        ..Trap::SURE
    },
    Trap {
        code: "service-step",
        patterns: &[
            "Failed at step NAMESPACE spawning {_program:path}: {_reason}",
            "Failed at step CHDIR spawning {_program:path}: {_reason}",
            "Failed at step USER spawning {_program:path}: {_reason}",
            "Failed at step GROUP spawning {_program:path}: {_reason}",
            "Failed at step STATE_DIRECTORY spawning {_program:path}: {_reason}",
            "status=226/NAMESPACE",
            "status=200/CHDIR",
            "status=217/USER",
        ],
        cause: "systemd did not come as far as starting the program: what the unit asks for before that is not there, such as a folder \
                of WorkingDirectory= or ReadWritePaths=, or a user. The program and its loader are not the matter.",
        advice: "`systemctl cat UNIT` shows what the unit asks for; make the folder or the user, or take the line out.",
        ..Trap::SURE
    },
    Trap {
        code: "env-not-found",
        patterns: &[
            "env: {program:command}: No such file or directory",
            "env: can't execute {program:command}: No such file or directory",
        ],
        cause: "A script asks for this program by #!/usr/bin/env, and it is not in PATH.",
        advice: "Install it, or enter a shell that has it: `nix-shell -p` or `nix shell`.",
        ..Trap::SURE
    },
    Trap {
        code: "sudo-not-found",
        patterns: &["sudo: {program:path}: command not found"],
        cause: "sudo looks itself before it asks the kernel, and says this of a program that is not there as of one that may not \
                be executed.",
        advice: "`ls -l {program}` says which; chmod +x {program} if it is there.",
        ..Trap::SURE
    },
    Trap {
        code: "fish-no-loader",
        patterns: &[
            "Failed to execute process {program:quoted}: The file exists and is executable. Check the interpreter or linker?",
            "The file exists and is executable. Check the interpreter or linker?",
        ],
        cause: "Nothing is at the path of the loader that the program names.",
        advice: "`ldshim explain {program}` names it, `ldshim doctor` says what is there; programs.nix-ld.enable = true; puts a \
                 stub there.",
        threads: &["nix-community/nix-ld#85"],
        ..Trap::SURE
    },
    Trap {
        code: "file-not-there",
        patterns: &[
            "exec: {program:quoted}: stat {_path}: no such file or directory",
            "Path to shell executable {program:quoted} does not exist",
            "strace: Can't stat {program:quoted}: No such file or directory",
        ],
        cause: "The program itself is not where it was looked for: it was asked for before it was to be started. Its loader is \
                not the matter.",
        advice: "Look at the path: `ls -l {program}`. In a container, the image or a mount has to have it, under this very path.",
        threads: &[
            "moby/moby#37749",
            "open-policy-agent/gatekeeper#1732",
            "gin-gonic/gin#1178",
        ],
        ..Trap::SURE
    },
    Trap {
        code: "user-namespaces",
        patterns: &[
            "bwrap: setting up uid map: Permission denied",
            "bwrap: No permissions to create a new namespace",
            "bwrap: Creating new namespace failed",
        ],
        cause: "The kernel does not let this user make a user namespace, which bwrap's sandbox begins with. No file is missing.",
        advice: "`ldshim doctor` names the setting that forbids it.",
        threads: &["Kron4ek/Conty#139", "Matoking/protontricks#400"],
        ..Trap::SURE
    },
    Trap {
        code: "permission",
        patterns: &[
            "fish: Unknown command. {program:quoted} exists but is not an executable file",
            "fish: The file {program:quoted} is not executable by this user",
        ],
        cause: "The program is not marked as executable, or its file system or its loader's is mounted with noexec, or a folder on \
                the way may not be entered.",
        advice: "chmod +x {program}; if that does not help, `ldshim doctor` names file systems with noexec.",
        ..Trap::SURE
    },
    Trap {
        code: "not-in-path",
        patterns: &[
            "error: linker {program:quoted} not found",
            "exec: {program:quoted}: executable file not found in $PATH",
            "executable file {program:quoted} not found in $PATH",
        ],
        cause: "No program of this name is in PATH, or its loader is not there.",
        advice: "Install it, or enter a shell that has it: `nix-shell -p` or `nix shell`. If `command -v {program}` finds it, \
                 `ldshim explain` on that path says what is wrong.",
        ..Trap::LIKELY
    },
    Trap {
        code: "no-such-file",
        cause: "Either the program is not there, or what starts it is not: the kernel has one error for both. That is the loader \
                that the program names, /lib64/ld-linux-x86-64.so.2 for most, or what a script's first line names.",
        advice: "`ldshim explain {program}` says which; `ldshim doctor` says what is at the loader's path; \
                 programs.nix-ld.enable = true; puts a stub there.",
        threads: &[
            "NixOS/nixpkgs#107375",
            "AppImage/AppImageKit#472",
            "microsoft/vscode-remote-release#682",
        ],
        ..Trap::SURE
    },
    Trap {
        code: "rust-without-name",
        patterns: &[
            "{@bare}Os {{ code: 2, kind: NotFound, message: \"No such file or directory\" }",
            "{@bare}No such file or directory (os error 2)",
        ],
        cause: "A program written in Rust did not find a file, and does not say which. If it was about to start another program, \
                that one, or its loader, is not there.",
        advice: "`strace -f -e trace=execve,openat PROGRAM` shows what it looked for; then `ldshim explain` on a program that was to \
                 be started.",
        threads: &["mozilla/nixpkgs-mozilla#22"],
        is_last_resort: true,
        ..Trap::LIKELY
    },
    Trap {
        code: "ended-with-127",
        patterns: &[
            "{program:quoted} exited with code 127",
            "Command '['{program}', {_arguments}]' returned non-zero exit status 127",
            "Command '['{program}']' returned non-zero exit status 127",
            "exit code 127",
            "exit code: 127",
            "exit code (127",
            "exit status 127",
            "exit status: 127",
            "exited with code 127",
            "exited with 127",
            "exited with status 127",
            "exited with error code 127",
            "exited with code: ExitFailure 127",
            "exited with ExitFailure 127",
            "failed with code 127",
            "ended with code 127",
            "quit with code 127",
            "quit with exit code 127",
            "returned 127 exit status",
            "returned a non-zero code: 127",
            "return code 127",
            "stopped with error code 127",
            "code=exited, status=127",
            "non-zero exit status 127",
            "(code 127)",
            "{@make}*** {_target}Error 127",
        ],
        cause: "127 is what shells end with when a command is not there, or what starts it is not, and what loaders and stubs end with \
                when a program or one of its libraries is missing.",
        advice: "The lines before it say which program that is; `ldshim explain {program}` then says what it is missing.",
        threads: &["mason-org/mason-lspconfig.nvim#419"],
        is_last_resort: true,
        ..Trap::LIKELY
    },
];
