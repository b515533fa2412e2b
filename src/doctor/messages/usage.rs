//! Messages of real loaders about what they were told: variables, command lines, calls of programs.

use super::Trap;

/// The loader was asked for something odd.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "preload",
        patterns: &["object {library:quoted} from LD_PRELOAD cannot be preloaded"],
        cause: "LD_PRELOAD names a library that is not there, or is for another architecture. The program starts without it.",
        advice: "Unset LD_PRELOAD for this program: `env -u LD_PRELOAD {program}`.",
        threads: &["NixOS/nixpkgs#31541"],
        ..Trap::SURE
    },
    Trap {
        code: "preload-for-all",
        patterns: &[
            "object {library:quoted} from {file:path} cannot be preloaded",
            "object {library:quoted} from {file} cannot be preloaded",
        ],
        cause: "A file of the system, or the option --preload of a loader, has this library loaded into every program that a \
                loader of glibc starts. This loader cannot: it is not there, or needs a newer glibc, or is for another \
                architecture. The program starts without it.",
        advice: "`ldshim doctor` says what the file has. On NixOS it is written for environment.memoryAllocator.provider: \
                 \"libc\" there leaves programs with their own malloc.",
        threads: &[
            "NixOS/nixpkgs#100799",
            "NixOS/nixpkgs#65000",
            "GrapheneOS/hardened_malloc#244",
        ],
        ..Trap::SURE
    },
    Trap {
        code: "audit",
        patterns: &[
            "object {library:quoted} cannot be loaded as audit interface",
            "audit interface {library:quoted} requires version {_version:number}",
            "audit interface function la_version returned zero; ignored",
        ],
        cause: "LD_AUDIT, or the program itself (DT_AUDIT), names a module that this loader cannot take.",
        advice: "Unset LD_AUDIT for this program: `env -u LD_AUDIT {program}`.",
        ..Trap::SURE
    },
    Trap {
        code: "tunables",
        patterns: &["WARNING: ld.so: invalid GLIBC_TUNABLES"],
        cause: "GLIBC_TUNABLES has something that this glibc does not know, of an older or a newer one. It is left out.",
        advice: "`unset GLIBC_TUNABLES`, or set it for the program that it is meant for; `LOADER --list-tunables` says what a loader \
                 knows.",
        ..Trap::SURE
    },
    Trap {
        code: "loader-variables",
        patterns: &[
            "warning: debug option {_option:quoted} unknown; try LD_DEBUG=help",
            "warning: LD_PROFILE ignored because LD_PROFILE_OUTPUT not specified",
            "file is no correct profile data file for {library:quoted}",
        ],
        cause: "A variable for the real loader (LD_DEBUG, LD_PROFILE) has a value that it does not know.",
        advice: "Unset it: `unset LD_DEBUG LD_PROFILE`.",
        ..Trap::SURE
    },
    Trap {
        code: "dynamic-strings",
        patterns: &[
            "empty dynamic string token substitution",
            "DST not allowed in SUID/SGID programs",
        ],
        cause: "The library is named by a path with $ORIGIN, $LIB or $PLATFORM, and the loader does not put anything in their \
                place: the program is privileged, or where it lies cannot be told.",
        advice: "`ldshim explain PROGRAM` shows the paths that the program names; give it its libraries by the library \
                 environment.",
        ..Trap::SURE
    },
    Trap {
        code: "loader-as-command",
        patterns: &[
            "loader cannot load itself",
            "ld-linux-{_architecture}: missing program name",
            "ld-linux-{_architecture}: unrecognized option {_option:quoted}",
            "ld-linux.so.2: missing program name",
            "ld-linux.so.2: unrecognized option {_option:quoted}",
            "Not a valid dynamic program",
        ],
        cause: "A real loader was started as a command, with a command line that it does not take.",
        advice: "`LOADER PROGRAM ARGUMENTS` is what it takes. With the stub, PROGRAM is started by itself.",
        ..Trap::SURE
    },
    Trap {
        code: "dlopen-misused",
        patterns: &[
            "invalid mode for dlopen()",
            "invalid target namespace in dlmopen()",
            "shared object not open",
            "invalid mode parameter",
            "unsupported dlinfo request",
            "Library {library} is not already loaded",
            "Invalid library handle 0x{_handle}",
            "Dynamic loading not supported",
            "Cannot dlopen while program is exiting.",
        ],
        cause: "The program asks the loader for something that it does not do; a program that is linked statically with musl \
                loads no libraries at all. No file is missing.",
        advice: "That is a fault of the program, or it was built for another C library: `ldshim explain PROGRAM` says for which.",
        ..Trap::LIKELY
    },
    Trap {
        code: "symbol-not-found-musl",
        patterns: &["Symbol not found: {symbol}"],
        cause: "The program asked musl's loader for a symbol that no library has which it looked in.",
        advice: "`ldshim explain PROGRAM` says which libraries it gets, and whether some are for glibc.",
        ..Trap::LIKELY
    },
];
