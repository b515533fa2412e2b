//! Messages of real loaders.

use super::Trap;

/// About libraries: missing, of another version, damaged.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "load-command-alignment",
        patterns: &["ELF load command address/offset not properly aligned"],
        cause: "patchelf 0.18 wrote a library so that loaders of glibc before 2.35 do not take it.",
        advice: "Take the library as it was downloaded; with the stub it needs no patchelf. Else patch with another version of \
                 patchelf, or use a newer glibc: programs.nix-ld.loader.",
        threads: &["NixOS/patchelf#492", "NixOS/patchelf#528"],
    },
    Trap {
        code: "load-command-page",
        patterns: &[
            "ELF load command address/offset not page-aligned",
            "ELF load command alignment not page-aligned",
        ],
        cause: "The library was made for smaller pages than this kernel has (16 or 64 KiB on some aarch64 machines), or is \
                damaged.",
        advice: "Get a library that was linked for larger pages, or a kernel with pages of 4 KiB.",
        threads: &["NixOS/nixpkgs#89317"],
    },
    Trap {
        code: "executable-stack",
        patterns: &["cannot enable executable stack as shared object requires"],
        cause: "The library asks for an executable stack, usually by accident. glibc 2.41 and newer refuse that to libraries \
                that are loaded later.",
        advice: "`patchelf --clear-execstack` on a copy of the library; or start the program with \
                 GLIBC_TUNABLES=glibc.rtld.execstack=2.",
        threads: &["NixOS/nixpkgs#497678", "ValveSoftware/Source-1-Games#6978"],
    },
    Trap {
        code: "wrong-class",
        patterns: &["{library}: wrong ELF class: {class}"],
        cause: "A 64-bit program was given a 32-bit library by its path, or the other way round.",
        advice: "Look at LD_PRELOAD and at paths in the program's configuration. For 32-bit programs: \
                 programs.nix-ld.enable32Bit = true; and libraries32.",
        threads: &[],
    },
    Trap {
        code: "not-a-library",
        patterns: &["{library}: invalid ELF header", "{library}: file too short"],
        cause: "The file is no library: a linker script, a pointer of Git LFS, or cut off.",
        advice: "`file {library}` says what it is. Download it again, or name the library it stands for.",
        threads: &[],
    },
    Trap {
        code: "preload",
        patterns: &["object {library} from LD_PRELOAD cannot be preloaded"],
        cause: "LD_PRELOAD names a library that is not there, or is for another architecture. The program starts without it.",
        advice: "Unset LD_PRELOAD for this program.",
        threads: &["NixOS/nixpkgs#31541"],
    },
    Trap {
        code: "two-glibcs",
        patterns: &["GLIBC_PRIVATE"],
        cause: "Parts of two versions of glibc came together in one process: the loader of one, libc.so.6 or libpthread.so.0 of \
                another. LD_LIBRARY_PATH or LD_PRELOAD usually did it.",
        advice: "Unset LD_LIBRARY_PATH and LD_PRELOAD; `ldshim doctor` says which files set them. Never put a glibc into either. \
                 `ldshim explain PROGRAM` shows both.",
        threads: &[
            "NixOS/nixpkgs#31541",
            "NixOS/nixpkgs#171050",
            "NixOS/nix#6563",
        ],
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
                 of NixOS: unset LD_LIBRARY_PATH.",
        threads: &["NixOS/nixpkgs#141323", "NixOS/nix#6665", "NixOS/nix#9203"],
    },
    Trap {
        code: "libstdcxx-too-old",
        patterns: &[
            "version {version:GLIBCXX_} not found",
            "version {version:CXXABI_} not found",
        ],
        cause: "libstdc++.so.6 is older than the program or a library needs; often one that a program brings along, or one by \
                LD_LIBRARY_PATH, comes before a newer one.",
        advice: "`ldshim explain PROGRAM` says which libstdc++.so.6 is taken and why. Remove the old one, unset LD_LIBRARY_PATH, \
                 or put a newer pkgs.stdenv.cc.cc into programs.nix-ld.libraries.",
        threads: &["NixOS/nixpkgs#327854"],
    },
    Trap {
        code: "version-not-found",
        patterns: &[
            "version {version} not found (required by {library})",
            "no version information available (required by {library})",
        ],
        cause: "A library was found that is of another version, or was built otherwise, than the one that was linked against.",
        advice: "`ldshim explain PROGRAM` says which file was taken and why. `ldshim locate` finds packages that have the version.",
        threads: &[],
    },
    Trap {
        code: "undefined-symbol",
        patterns: &["undefined symbol: {symbol}"],
        cause: "A library was found by the right name, but it is an older one, or was built without a part that is asked for.",
        advice: "`ldshim explain PROGRAM` says which files are taken and why: look for two versions of one library, and for \
                 LD_LIBRARY_PATH.",
        threads: &[],
    },
    Trap {
        code: "static-tls",
        patterns: &["cannot allocate memory in static TLS block"],
        cause: "A library with much thread-local storage was loaded too late, when its place was used up.",
        advice: "Load it at the start (LD_PRELOAD for this program), or GLIBC_TUNABLES=glibc.rtld.optional_static_tls=4096.",
        threads: &[],
    },
    Trap {
        code: "isa-level",
        patterns: &["CPU ISA level is lower than required"],
        cause: "The library was built for a newer processor (x86-64-v2, v3, v4) than this one.",
        advice: "Use one that was built for all processors of this architecture.",
        threads: &[],
    },
    Trap {
        code: "kernel-too-old",
        patterns: &["FATAL: kernel too old"],
        cause: "This glibc needs a newer kernel.",
        advice: "Use an older glibc (programs.nix-ld.loader), or a newer kernel.",
        threads: &[],
    },
    Trap {
        code: "missing-library",
        patterns: &[
            "error while loading shared libraries: {library}: cannot open shared object file",
            "{library}: cannot open shared object file",
            "Error loading shared library {library}: No such file or directory",
        ],
        cause: "The real loader runs, but neither the program nor its library environment has this library.",
        advice: "`ldshim explain PROGRAM` lists all that are missing, `ldshim locate {library}` the packages that have it, `ldshim \
                 pin PROGRAM` adds them for this program. For all programs: programs.nix-ld.libraries.",
        threads: &[
            "microsoft/vscode-remote-release#682",
            "nix-community/nixos-vscode-server#84",
        ],
    },
];
