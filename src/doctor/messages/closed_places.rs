//! Messages of real loaders that were not let do what loading needs: files that may not be mapped as code, pages that may not
//! be changed.

use super::Trap;

/// The kernel or a policy forbids it.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "library-noexec",
        patterns: &[
            "{library:object}: failed to map segment from shared object: Operation not permitted",
            "{library:object}: failed to map segment from shared object: Permission denied",
        ],
        cause: "The library lies on a file system that is mounted with noexec, or a policy (SELinux, fapolicyd) does not let code \
                be mapped from there. Programs that unpack their libraries put them into /tmp.",
        advice: "Have it unpacked elsewhere: TMPDIR, java.io.tmpdir, or the program's own option; or mount that file system \
                 without noexec. `ldshim doctor` names file systems with noexec.",
        threads: &[
            "xerial/snappy-java#240",
            "jnr/jffi#46",
            "sedmelluq/lavaplayer#212",
            "mscdex/mmmagic#87",
        ],
        ..Trap::SURE
    },
    Trap {
        code: "library-not-mapped",
        patterns: &[
            "{library:object}: failed to map segment from shared object",
            "{library:library}: cannot map zero-fill pages",
        ],
        cause: "The kernel did not map the library. Most often its file system is mounted with noexec; else there is no memory \
                left (ulimit -v, the limit of a cgroup or container), or the file is cut off.",
        advice: "`ldshim doctor` names file systems with noexec. Look at `ulimit -v` and at the container's limit of memory, and \
                 whether the file is complete.",
        ..Trap::LIKELY
    },
    Trap {
        code: "no-writable-code",
        patterns: &[
            "{library:object}: cannot make segment writable for relocation",
            "{library:object}: cannot restore segment prot after reloc",
            "{library:library}: cannot change memory protections",
            "{library:object}: cannot apply additional memory protection after relocation",
            "failed to change PLT back to read-only",
            "Error relocating {library}: RELRO protection failed: {_reason}",
        ],
        cause: "The loader may not change the protection of the library's pages. Libraries with text relocations need that for \
                their code, and MemoryDenyWriteExecute= of systemd, SELinux (execmod) and hardened kernels forbid it.",
        advice: "Use a library without text relocations (`readelf -d {library}` says TEXTREL of one that has them); for a service \
                 MemoryDenyWriteExecute=no.",
        ..Trap::LIKELY
    },
    Trap {
        code: "executable-stack",
        patterns: &[
            "{library:object}: cannot enable executable stack as shared object requires",
            "cannot enable executable stack as shared object requires",
            "Fatal glibc error: executable stack is not allowed",
            "Fatal glibc error: cannot enable executable stack as tunable requires",
        ],
        cause: "The library asks for an executable stack, usually by accident. glibc 2.41 and newer refuse that to libraries \
                that are loaded later.",
        advice: "`patchelf --clear-execstack` on a copy of the library; or start the program with \
                 GLIBC_TUNABLES=glibc.rtld.execstack=2.",
        threads: &["NixOS/nixpkgs#497678", "ValveSoftware/Source-1-Games#6978"],
        ..Trap::SURE
    },
    Trap {
        code: "library-denied",
        patterns: &[
            "{library:object}: cannot open shared object file: Permission denied",
            "{library:object}: cannot open shared object file: Input/output error",
            "{library:object}: cannot open shared object file: Stale file handle",
            "{library:object}: cannot open shared object file: Too many levels of symbolic links",
            "Error loading shared library {library}: Permission denied",
            "Error loading shared library {library}: I/O error",
            "Error loading shared library {library}: Symbolic link loop",
            "{library:object}: cannot stat shared object",
            "{library:library}: cannot read file data",
        ],
        cause: "The library is there, but this user may not read it or a folder on the way to it, or reading it fails: a network \
                or disk that does not answer, links that lead in a circle.",
        advice: "`namei -l {library}` shows each folder and link on the way, and who may enter and read them.",
        ..Trap::SURE
    },
];
