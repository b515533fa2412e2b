//! Messages of real loaders about libraries that are missing.

use super::Trap;

/// They come after the special ones.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "glibc-program-with-musl",
        patterns: &[
            "Error loading shared library {library:ld-linux}: No such file or directory (needed by {program})",
            "Error loading shared library {library:libc.so.6}: No such file or directory (needed by {program})",
            "Error loading shared library {library:libresolv.so.2}: No such file or directory (needed by {program})",
        ],
        cause: "musl's loader loads something that was built for glibc. Such a program, or such a library of a program, cannot be \
                served by it.",
        advice: "Take the file that was built for musl, or the whole program for glibc: `ldshim explain {program}` says which \
                 loader it asks for.",
        ..Trap::SURE
    },
    Trap {
        code: "musl-program-with-glibc",
        patterns: &[
            "{library:libc.musl-}: cannot open shared object file",
            "{library:ld-musl-}: cannot open shared object file",
        ],
        cause: "glibc's loader loads something that was built for musl, such as a module for Alpine.",
        advice: "Take the file that was built for glibc. Installers that look for /lib/ld-musl-* take this system for Alpine: \
                 programs.nix-ld.musl.enable = false; if nothing needs it.",
        ..Trap::SURE
    },
    Trap {
        code: "missing-library",
        patterns: &[
            "{library:object}: cannot open shared object file: No such file or directory",
            "{library:object}: cannot open shared object file",
            "Error loading shared library {library}: No such file or directory (needed by {program})",
            "Error loading shared library {library}: No such file or directory",
            "{library:library} => not found",
        ],
        cause: "The real loader runs, but neither the program nor its library environment has this library.",
        advice: "`ldshim explain {program}` lists all that are missing, `ldshim locate {library}` the packages that have it, \
                 `ldshim pin {program}` adds them for this program. For all programs: programs.nix-ld.libraries.",
        threads: &[
            "microsoft/vscode-remote-release#682",
            "nix-community/nixos-vscode-server#84",
        ],
        ..Trap::SURE
    },
    Trap {
        code: "library-not-loaded",
        patterns: &["error while loading shared libraries: {library:word}"],
        cause: "The real loader runs, but could not load this library. Most often it is missing; the loader says the reason behind \
                its name.",
        advice: "`ldshim explain {program}` lists all that are missing or of no use, `ldshim locate {library}` the packages that have \
                 it.",
        threads: &["commercialhaskell/stack#4244"],
        is_last_resort: true,
        ..Trap::LIKELY
    },
    Trap {
        code: "loader-cannot-load",
        patterns: &[
            "ld-musl-{_architecture}.so.1: cannot load {program}: {_reason}",
            "libc.so: cannot load {program}: {_reason}",
        ],
        cause: "A loader was started as a command and could not open or map the program that it was given.",
        advice: "`ldshim explain {program}` says what is wrong with it.",
        ..Trap::SURE
    },
];
