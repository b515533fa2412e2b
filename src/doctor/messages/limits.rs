//! Messages of real loaders about memory, thread-local storage, and limits of their own.

use super::Trap;

/// Something is used up.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "static-tls",
        patterns: &[
            "{library:object}: cannot allocate memory in static TLS block",
            "cannot allocate memory in static TLS block",
        ],
        cause: "A library with much thread-local storage was loaded too late, when its place was used up.",
        advice: "Load it at the start (LD_PRELOAD for this program), or GLIBC_TUNABLES=glibc.rtld.optional_static_tls=4096.",
        ..Trap::SURE
    },
    Trap {
        code: "loader-out-of-memory",
        patterns: &[
            "cannot allocate dependency buffer",
            "cannot allocate dependency list",
            "cannot allocate symbol search list",
            "cannot allocate name record",
            "cannot allocate address lookup data",
            "cannot allocate version reference table",
            "cannot allocate memory for program header",
            "cannot allocate memory for thread-local data: ABORT",
            "cannot allocate TLS data structures for initial thread",
            "cannot create TLS data structures",
            "cannot create scope list",
            "cannot extend global scope",
            "cannot create HWCAP priorities",
            "cannot create capability list",
            "cannot create cache for search path",
            "cannot create RUNPATH/RPATH copy",
            "cannot create search path array",
            "cannot create shared object descriptor",
            "Out of memory while loading audit modules",
            "Out of memory while initializing profiler",
            "out of memory to store relocation results for {library}",
            "failed to allocate memory to process tunables",
            "sbrk() failure while processing tunables",
            "Fatal glibc error: Cannot allocate TLS block",
            "Fatal glibc error: cannot allocate memory for find-object data",
            "{library:library}: cannot close file descriptor",
            "{library:object}: cannot open shared object file: Cannot allocate memory",
            "error while loading shared libraries: {library}: out of memory",
            "Error loading shared library {library}: Out of memory",
            "Error allocating function descriptors for {library}",
            "Error loading dependencies for {library}",
            "Error recording dependencies for {library}",
            "Error allocating constructor queue: {_reason}",
            "Error relocating {library}: cannot allocate TLSDESC for {symbol}",
            "Error getting {_number:number} bytes thread-local storage",
            "Error preparing lazy relocation for {library}: {_reason}",
            "Dynamic linker failed to allocate memory for error message",
        ],
        cause: "The loader got no memory from the kernel before the program had even begun, or while it loaded a library.",
        advice: "Look at `ulimit -v` and at the limit of memory of the container or service (MemoryMax=).",
        ..Trap::SURE
    },
    Trap {
        code: "too-many-open-files",
        patterns: &[
            "{library:object}: cannot open shared object file: Too many open files",
            "Error loading shared library {library}: No file descriptors available",
            "Error loading shared library {library}: Too many open files",
        ],
        cause: "The process has as many files open as it may, and so its loader cannot open this library, which may well be there.",
        advice: "`ulimit -n` says how many files a process may open, and raises it; for a service LimitNOFILE=.",
        ..Trap::SURE
    },
    Trap {
        code: "thread-storage-not-set",
        patterns: &[
            "cannot set %fs base address for thread-local storage",
            "cannot set up thread-local storage: {_reason}",
        ],
        cause: "The kernel did not let the loader set up the first thread: an emulator or a seccomp filter that does not know the \
                call, or a kernel that is too old.",
        advice: "Try it outside of the sandbox or emulator; `strace PROGRAM` shows the call that fails.",
        ..Trap::SURE
    },
    Trap {
        code: "kernel-too-old",
        patterns: &[
            "FATAL: kernel too old",
            "FATAL: cannot determine kernel version",
        ],
        cause: "This glibc needs a newer kernel.",
        advice: "Use an older glibc (programs.nix-ld.loader), or a newer kernel.",
        ..Trap::SURE
    },
    Trap {
        code: "no-more-namespaces",
        patterns: &[
            "no more namespaces available for dlmopen()",
            "Fatal glibc error: Too many audit modules requested",
            "Failed loading {_number:number} audit modules, {_most:number} are supported",
        ],
        cause: "The program loads libraries into more namespaces of their own than glibc has: 16.",
        advice: "Have fewer plugins in one process, or no audit modules: `env -u LD_AUDIT PROGRAM`.",
        ..Trap::SURE
    },
    Trap {
        code: "loader-bug",
        patterns: &[
            "Inconsistency detected by ld.so: {_where}",
            "DYNAMIC LINKER BUG!!!",
            "TLS generation counter wrapped!",
            "Fatal error: length accounting in _dl_exception_create_format",
            "Fatal error: invalid format in exception string",
            "The futex facility returned an unexpected error code.",
            "State of {library} is inconsistent due to multithreaded fork",
        ],
        cause: "The loader found itself in a state that should not be. A damaged library, one that was edited, or parts of two \
                glibcs in one process lead to that; or it is a fault of this glibc.",
        advice: "`ldshim explain PROGRAM` says whether files are of two glibcs. Take files that were edited (patchelf, strip) as \
                 they were before.",
        ..Trap::LIKELY
    },
];
