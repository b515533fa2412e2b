//! Programs that ask the system which libraries or which distribution it has, as only others answer.

use super::Trap;

/// Programs that are asked, and what it means that they are not there.
pub(in super::super) const ASKERS: &[(&str, &str)] = &[
    ("ldconfig", "asks-for-libraries"),
    ("lsb_release", "asks-for-distribution"),
    ("dpkg", "asks-for-distribution"),
    ("dpkg-query", "asks-for-distribution"),
    ("rpm", "asks-for-distribution"),
    ("apt", "asks-for-distribution"),
    ("apt-get", "asks-for-distribution"),
    ("apk", "asks-for-distribution"),
    ("yum", "asks-for-distribution"),
    ("dnf", "asks-for-distribution"),
];

/// No stub has a part in these: no loader is missing.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "asks-for-libraries",
        patterns: &[
            "ctypes.util.find_library() did not manage to locate a library called {library}",
            "no library called {library:quoted} was found",
            "ldconfig: command not found",
            "/sbin/ldconfig: No such file or directory",
            "'/sbin/ldconfig', '-p'",
            "which: no ldconfig in ",
            "ldconfig: Can't open cache file {cache}",
            "Probable prerequisite missing; install",
            "command not found: ldconfig",
            "ldconfig: not found",
            "Could not find lib {library} or load any of its variants",
            "Could not find library {library} or load any of its variants",
            "could not find or load {library:library}",
            "could not find any library for {library}",
            "OSError: PortAudio library not found",
            "OSError: sndfile library not found",
            "ImportError: failed to find libmagic",
            "Unable to find zbar shared library",
            "The {library:quoted} C library was not found",
            "ImportError: Library {library:quoted} not found.",
            "libcuda.so cannot found!",
            "libcuda.so not found in ldconfig",
            "Could not find Opus library",
        ],
        cause: "The program asks the system which libraries it has: `/sbin/ldconfig -p` or a C compiler, as Python's \
                ctypes.util.find_library does. NixOS has no cache for all programs, so there is no answer. Its loader is not \
                the matter.",
        advice: "Name the library by its file's name or path if the program can be told: `ldshim locate 'lib{library}*.so*'` finds \
                 packages. For Python, ctypes.CDLL(\"libNAME.so.1\") asks the loader itself, and that finds libraries of the \
                 library environment. Packages of nixpkgs have the paths written into them.",
        threads: &[
            "nix-community/nix-ld-rs#76",
            "NixOS/nixpkgs#7307",
            "python/cpython#112417",
            "NixOS/nixpkgs#28784",
        ],
        ..Trap::SURE
    },
    Trap {
        code: "asks-for-distribution",
        patterns: &[
            "lsb_release: command not found",
            "dpkg: command not found",
            "dpkg-query: command not found",
            "Unable to locate libunwind. Install libunwind to continue",
            "No LSB modules are available",
            "/etc/os-release: No such file or directory",
            "/etc/lsb-release: No such file or directory",
            "No such file or directory: '/etc/os-release'",
            "No such file or directory: '/etc/lsb-release'",
            "No such file or directory: '/etc/debian_version'",
            "No such file or directory: '/etc/redhat-release'",
            "no such file or directory, open '/etc/os-release'",
        ],
        cause: "The program asks a tool of another distribution what is installed here. NixOS has no such tool; its loader is \
                not the matter.",
        advice: "Look for an option that leaves the check out, and give the program its libraries by the library environment: \
                 `ldshim explain PROGRAM` says which ones are missing.",
        threads: &["NixOS/nixpkgs#28784"],
        ..Trap::SURE
    },
    Trap {
        code: "steam-runtime",
        patterns: &[
            "You are missing the following 32-bit libraries, and Steam may not run",
            "Steam runtime was not able to find the following",
        ],
        cause: "Steam's scripts look for 32-bit libraries with ldconfig and ldd, and see none of those of the stub.",
        advice: "programs.steam.enable = true; has Steam with all it asks for.",
        threads: &["NixOS/nixpkgs#266260"],
        ..Trap::SURE
    },
    Trap {
        code: "prisma-openssl",
        patterns: &[
            "Prisma failed to detect the libssl/openssl version to use",
            "Prisma failed to detect the linux distro",
            "Prisma cannot find the required {_library:quoted} system library",
            "It seems there is a problem with your OpenSSL installation",
            "Precompiled engine files are not available for nixos",
        ],
        cause: "Prisma asks ldconfig and the folders of other distributions which OpenSSL there is, and gets no answer. Then it \
                takes an engine that may not fit.",
        advice: "programs.nix-ld.libraries = [ pkgs.openssl ]; and the engines by PRISMA_QUERY_ENGINE_LIBRARY, \
                 PRISMA_QUERY_ENGINE_BINARY and PRISMA_SCHEMA_ENGINE_BINARY: those of pkgs.prisma-engines, in the version of \
                 your client.",
        threads: &["prisma/orm#22676"],
        ..Trap::SURE
    },
];
