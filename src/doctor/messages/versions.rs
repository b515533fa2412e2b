//! Messages of real loaders about versions and symbols.

use super::Trap;

/// A library was found, but not one that has what is asked for.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "two-glibcs",
        patterns: &[
            "version {_version:GLIBC_PRIVATE} not found (required by {library})",
            "undefined symbol: {symbol:word}, version GLIBC_PRIVATE",
        ],
        cause: "Parts of two versions of glibc came together in one process: the loader of one, libc.so.6 or libpthread.so.0 of \
                another. LD_LIBRARY_PATH or LD_PRELOAD usually did it.",
        advice: "`unset LD_LIBRARY_PATH LD_PRELOAD`; `ldshim doctor` says which files set them. Never put a glibc into either. \
                 `ldshim explain PROGRAM` shows both.",
        threads: &[
            "NixOS/nixpkgs#31541",
            "NixOS/nixpkgs#171050",
            "NixOS/nix#6563",
        ],
        ..Trap::SURE
    },
    Trap {
        code: "glibc-abi",
        patterns: &[
            "version {version:GLIBC_ABI_} not found (required by {library})",
            "DT_RELR without GLIBC_ABI_DT_RELR dependency",
        ],
        cause: "The library was linked for newer loaders (2.36 and on for DT_RELR) than the one that it is loaded with, or by a \
                linker that did not say so.",
        advice: "A newer glibc by programs.nix-ld.loader; `ldshim explain PROGRAM` says which loader is used.",
        ..Trap::SURE
    },
    Trap {
        code: "glibc-too-old",
        patterns: &[
            "version {version:GLIBC_} not found (required by {library})",
            "version {version:GLIBC_} not found",
        ],
        cause: "The program or a library needs a newer glibc than the one it runs with. If it is a program of NixOS that says so, \
                LD_LIBRARY_PATH gives it libraries of another system.",
        advice: "For foreign programs: a newer glibc by programs.nix-ld.loader, for instance that of a newer nixpkgs. For those \
                 of NixOS: `unset LD_LIBRARY_PATH`.",
        threads: &["NixOS/nixpkgs#141323", "NixOS/nix#6665", "NixOS/nix#9203"],
        ..Trap::SURE
    },
    Trap {
        code: "libstdcxx-too-old",
        patterns: &[
            "version {version:GLIBCXX_} not found (required by {library})",
            "version {version:CXXABI_} not found (required by {library})",
            "version {version:GLIBCXX_} not found",
            "version {version:CXXABI_} not found",
        ],
        cause: "libstdc++.so.6 is older than the program or a library needs; often one that a program brings along, or one by \
                LD_LIBRARY_PATH, comes before a newer one.",
        advice: "`ldshim explain PROGRAM` says which libstdc++.so.6 is taken and why. Remove the old one, unset LD_LIBRARY_PATH, \
                 or put a newer pkgs.stdenv.cc.cc into programs.nix-ld.libraries.",
        threads: &["NixOS/nixpkgs#327854"],
        ..Trap::SURE
    },
    Trap {
        code: "version-not-found",
        patterns: &[
            "version {version:quoted} not found (required by {library})",
            "{library:object}: no version information available (required by {_by})",
        ],
        cause: "A library was found that is of another version, or was built otherwise, than the one that was linked against.",
        advice: "`ldshim explain PROGRAM` says which file was taken and why. `ldshim locate` finds packages that have the version.",
        ..Trap::SURE
    },
    Trap {
        code: "undefined-symbol",
        patterns: &[
            "symbol lookup error: {library}: undefined symbol: {symbol:word}, version {version:word}",
            "undefined symbol: {symbol:word}, version {version:word}",
            "symbol lookup error: {library}: undefined symbol: {symbol:word}",
            "{library:library}: undefined symbol: {symbol:word}",
            "Error relocating {library}: {symbol}: symbol not found",
            "Error relocating {library}: {symbol}: initial-exec TLS resolves to dynamic definition in {_other}",
        ],
        cause: "A library was found by the right name, but it is an older one, or was built without a part that is asked for.",
        advice: "`ldshim explain PROGRAM` says which files are taken and why: look for two versions of one library, and for \
                 LD_LIBRARY_PATH.",
        ..Trap::SURE
    },
    Trap {
        code: "relinked",
        patterns: &[
            "Symbol {symbol:quoted} has different size in shared object, consider re-linking",
            "Relink {library:quoted} with {_other:quoted} for IFUNC symbol {symbol:quoted}",
            "IFUNC symbol {symbol:quoted} referenced in {library:quoted} is defined in the executable and creates an unsatisfiable \
             circular dependency",
            "Symbol {symbol:quoted} causes overflow in {_relocation} relocation",
            "warning: copy relocation against non-copyable protected symbol {symbol:quoted} in {library:quoted}",
            "warning: direct reference to protected function {symbol:quoted} in {library:quoted} may break pointer equality",
            "error due to GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS",
        ],
        cause: "The program was linked against another version of a library than the one that it gets: what it took over from \
                that does not fit.",
        advice: "`ldshim explain PROGRAM` says which file is taken. Give the program the version that it was built with, by a pin \
                 of its own: `ldshim pin PROGRAM`.",
        ..Trap::SURE
    },
];
