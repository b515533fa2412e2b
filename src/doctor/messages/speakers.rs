//! Who starts programs, and how they say that the kernel did not.
//!
//! Each row was seen with the real tool, or stands in its sources; `tests/doctor/` runs those that can be had.

use super::Certainty::{Likely, Sure};
use super::Speaker;

/// In the order in which they are tried. Those that also open files are only likely to mean a program.
pub(super) const SPEAKERS: &[Speaker] = &[
    // Tools that do nothing but start a program.
    Speaker {
        name: "sudo",
        certainty: Sure,
        patterns: &[
            "sudo: unable to execute {program}: {error}",
            "doas: {program:path}: command not found",
        ],
    },
    Speaker {
        name: "env and others of GNU and busybox",
        certainty: Sure,
        patterns: &[
            "env: {program:quoted}: {error}",
            "nice: {program:quoted}: {error}",
            ": failed to run command {program:quoted}: {error}",
            ": can't execute {program:quoted}: {error}",
            "xargs: {program:program}: {error}",
        ],
    },
    Speaker {
        name: "util-linux",
        certainty: Sure,
        patterns: &[": failed to execute {program:program}: {error}"],
    },
    Speaker {
        name: "compilers, of their parts and linkers",
        certainty: Sure,
        patterns: &[
            ": cannot execute {program:quoted}: execvp: {error}",
            ": cannot execute {program:quoted}: posix_spawnp: {error}",
            ": cannot execute {program:quoted}: posix_spawn: {error}",
            "error trying to exec {program:quoted}: execvp: {error}",
            "error trying to exec {program:quoted}: posix_spawnp: {error}",
            "could not exec the linker {program:quoted}: {error}",
            "could not exec the linker {program:quoted}",
            "collect2: fatal error: cannot find {program:quoted}",
        ],
    },
    Speaker {
        // Of programs that are linked statically, which it executes in its own place.
        name: "glibc's loader",
        certainty: Sure,
        patterns: &[": cannot execute {program:program}: {error}"],
    },
    Speaker {
        name: "bwrap",
        certainty: Sure,
        patterns: &["bwrap: execvp {program}: {error}"],
    },
    Speaker {
        name: "strace",
        certainty: Sure,
        patterns: &[
            // With a bare command as its first argument it is one of those that are tried in each folder of PATH.
            "execve({program:quoted}, [\"{_name:path}\"{_arguments}) = -1 {_errno} ({error})",
            "strace: exec: {error}",
        ],
    },
    Speaker {
        // The shell that it starts programs with says more, if its output is there.
        name: "gdb",
        certainty: Likely,
        patterns: &["During startup program exited with code 127."],
    },
    // Languages, by what only their calls for starting programs say.
    Speaker {
        name: "Java",
        certainty: Sure,
        patterns: &[
            "Cannot run program {program:quoted}: error={_errno:number}, {error}",
            "Cannot run program {program:quoted}: Exec failed, error: {_errno:number} ({error})",
            "java.io.IOException: error={_errno:number}, {error}",
        ],
    },
    Speaker {
        // The folder may be what is missing.
        name: "Java, in a folder",
        certainty: Likely,
        patterns: &[
            "Cannot run program {program:quoted} (in directory {_folder:quoted}): error={_errno:number}, {error}",
            "Cannot run program {program:quoted} (in directory {_folder:quoted}): Exec failed, error: {_errno:number} ({error})",
        ],
    },
    Speaker {
        name: "Go",
        certainty: Sure,
        patterns: &[
            "fork/exec {program}: {error}",
            "exec: {program:quoted}: {error}",
        ],
    },
    Speaker {
        name: ".NET",
        certainty: Sure,
        patterns: &[
            "trying to start process {program:quoted} with working directory {_folder:quoted}. {error}",
        ],
    },
    Speaker {
        // The folder may be what is missing.
        name: "Node.js",
        certainty: Likely,
        patterns: &[
            "spawn {program:program} {error}",
            "spawnSync {program:program} {error}",
            "spawn {error}",
            "{error}, posix_spawn {program}",
            "Failed to spawn {program:quoted}: entity not found",
            "Failed to spawn {program:quoted}: NotFound",
        ],
    },
    Speaker {
        name: "OCaml",
        certainty: Sure,
        patterns: &[
            "Unix.Unix_error(Unix.{error}, \"execv\", {program:quoted}",
            "Unix.Unix_error(Unix.{error}, \"execve\", {program:quoted}",
            "Unix.Unix_error(Unix.{error}, \"execvp\", {program:quoted}",
            "Unix.Unix_error(Unix.{error}, \"create_process\", {program:quoted}",
        ],
    },
    Speaker {
        name: "Tcl",
        certainty: Sure,
        patterns: &["couldn't execute {program:quoted}: {error}"],
    },
    Speaker {
        name: "Neovim",
        certainty: Sure,
        patterns: &[
            "{error} (cmd): {program}",
            "Spawning language server with cmd: `{{ {program:quoted}",
            "Spawning language server with cmd: {program:quoted} failed",
        ],
    },
    Speaker {
        name: "pre-commit",
        certainty: Likely,
        patterns: &["Executable {program:quoted} not found"],
    },
    Speaker {
        // With the lines joined that it puts between.
        name: "uv",
        certainty: Likely,
        patterns: &[
            "query python interpreter {program:quoted} Caused by: {error}",
            "query Python interpreter {program:quoted} Caused by: {error}",
            "query Python interpreter at {program:quoted} Caused by: {error}",
        ],
    },
    Speaker {
        // The same.
        name: "Dart",
        certainty: Likely,
        patterns: &["ProcessException: {error} Command: {program:word}"],
    },
    Speaker {
        // Whoever passes on the name of the system call.
        name: "C",
        certainty: Sure,
        patterns: &[
            "execvp {program:path}: {error}",
            "execvp: {program:path}: {error}",
            "execv({program:path}) failed: {error}",
            "execve({program:path}) failed: {error}",
            "execvp({program:path}) failed: {error}",
            "execvp(*argv, argv): {error}",
            "execv error: {error}",
            "execv: {error}",
            "execve: {error}",
            "execvp: {error}",
            "execlp: {error}",
            "execve failed: {error}",
            "execvp failed: {error}",
            "execvp(3) failed.: {error}",
        ],
    },
    Speaker {
        // It says the same where the folder to start in is missing.
        name: "posix_spawn, and .NET without a name",
        certainty: Likely,
        patterns: &[
            "Win32Exception ({_errno:number}): {error}",
            "posix_spawn: {error}",
            "posix_spawnp: {error}",
            "posix_spawn failed: {error}",
            "posix_spawnp failed: {error}",
            "posix_spawn() failed: {error}",
        ],
    },
    Speaker {
        name: "Perl",
        certainty: Sure,
        patterns: &["Can't exec {program:quoted}: {error} at "],
    },
    Speaker {
        name: "Haskell",
        certainty: Sure,
        patterns: &[
            "{program:object}: createProcess: {_call}: does not exist ({error})",
            "{program:object}: createProcess: does not exist ({error})",
            "{program:object}: createProcess: {_call}: permission denied ({error})",
            "{program:object}: readCreateProcess: {_call}: does not exist ({error})",
            "{program:object}: rawSystem: {_call}: does not exist ({error})",
            "{program:object}: callProcess: {_call}: does not exist ({error})",
            "{program:object}: runInteractiveProcess: {_call}: does not exist ({error})",
        ],
    },
    Speaker {
        name: "Zig",
        certainty: Likely,
        patterns: &["unable to spawn {program:program}: FileNotFound"],
    },
    Speaker {
        name: "GLib",
        certainty: Sure,
        patterns: &["Failed to execute child process {program:quoted} ({error})"],
    },
    Speaker {
        name: "cargo",
        certainty: Likely,
        patterns: &[
            "could not execute process {program:command-line} (never executed)",
            "command failed: {program:quoted}: {error}",
        ],
    },
    Speaker {
        name: "Emacs",
        certainty: Sure,
        patterns: &["Searching for program: {error}, {program}"],
    },
    Speaker {
        name: "Bazel",
        certainty: Sure,
        patterns: &["\"execvp({program}, {_arguments})\": {error}"],
    },
    Speaker {
        name: "WSL",
        certainty: Sure,
        patterns: &[
            "execvpe {program:path} failed 2",
            "execvpe({program:path}) failed: {error}",
        ],
    },
    // Containers and services.
    Speaker {
        name: "first processes of containers",
        certainty: Sure,
        patterns: &[
            "exec {program:path} failed: {error}",
            "[dumb-init] {program:program}: {error}",
            "su-exec: {program:program}: {error}",
        ],
    },
    Speaker {
        name: "runc",
        certainty: Sure,
        patterns: &[
            "exec user process caused: {error}: {program:path}",
            "exec user process caused: {error}",
            "exec user process caused \"{error}\"",
            "exec {program:path}: {error}",
        ],
    },
    Speaker {
        name: "crun",
        certainty: Sure,
        patterns: &[
            "exec container process {program:quoted}: {error}",
            "exec container process (missing dynamic library?) {program:quoted}: {error}",
        ],
    },
    Speaker {
        name: "systemd",
        certainty: Sure,
        patterns: &[
            "Failed to execute {program:path}: {error}",
            "Failed to execute command: {error}",
            "Failed at step EXEC spawning {program:path}: {error}",
            "Unable to locate executable {program:quoted}: {error}",
            "Failed to find executable {program:path}: {error}",
        ],
    },
    // Shells: what only a start is said of, then what may also be about files that are opened.
    Speaker {
        name: "bash, of starts",
        certainty: Sure,
        patterns: &[
            "{@bash}{program}: cannot execute: {error}",
            "{@bash}{program}: can't execute: {error}",
        ],
    },
    Speaker {
        name: "dash, busybox sh",
        certainty: Sure,
        patterns: &[
            "{@dash}{program:program}: {error}",
            "{@dash}{program:program}: not found",
            "{@bash}{program:program}: not found",
            "{program:path}: Command not found.",
        ],
    },
    Speaker {
        name: "fish before 3.4, nu, xonsh, of paths",
        certainty: Likely,
        patterns: &[
            "The file {program:quoted} does not exist or could not be executed",
            "{program:quoted} is neither a Nushell built-in or a known external command",
            "xonsh: subprocess mode: command not found: {program}",
        ],
    },
    Speaker {
        name: "bash",
        certainty: Likely,
        patterns: &["{@bash}{program:executed-path}: {error}"],
    },
    Speaker {
        name: "zsh",
        certainty: Likely,
        patterns: &["{@zsh}{error}: {program:executed-path}"],
    },
    // Makefiles that are missing have the same words.
    Speaker {
        name: "make",
        certainty: Likely,
        patterns: &["{@make}{program:executed}: {error}"],
    },
    Speaker {
        name: "Python",
        certainty: Likely,
        patterns: &["[Errno {_errno:number}] {error}: {program:executed}"],
    },
    Speaker {
        name: "Ruby",
        certainty: Likely,
        patterns: &[
            "Errno::{_errno}: {error} - {program:executed}",
            "{error} - {program:executed} (Errno::{_errno})",
        ],
    },
    // Sentences of whoever starts a program.
    Speaker {
        name: "anybody",
        certainty: Likely,
        patterns: &[
            "{@sentence}{program:executed-path}: Os {{ code: {_errno:number}, kind: {_kind}, message: \"{error}",
            "{@sentence}{program:executed-path}: {error}",
            "{@sentence}{program:executed-path} ({error}",
            "{@nameless}Os {{ code: {_errno:number}, kind: {_kind}, message: \"{error}",
            "{@nameless}{error}",
        ],
    },
];
