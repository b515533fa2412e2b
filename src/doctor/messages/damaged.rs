//! Messages of real loaders about files that are no libraries, or not for this loader.

use super::Trap;

/// The file was found and opened, and is of no use.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "load-command-alignment",
        patterns: &[
            "{library:object}: ELF load command address/offset not properly aligned",
            "ELF load command address/offset not properly aligned",
        ],
        cause: "patchelf 0.18 wrote a library so that loaders of glibc before 2.35 do not take it.",
        advice: "Take the library as it was downloaded; with the stub it needs no patchelf. Else patch with another version of \
                 patchelf, or use a newer glibc: programs.nix-ld.loader.",
        threads: &["NixOS/patchelf#492", "NixOS/patchelf#528"],
        ..Trap::SURE
    },
    Trap {
        code: "load-command-page",
        patterns: &[
            "{library:object}: ELF load command address/offset not page-aligned",
            "{library:object}: ELF load command alignment not page-aligned",
            "ELF load command address/offset not page-aligned",
            "ELF load command alignment not page-aligned",
        ],
        cause: "The library was made for smaller pages than this kernel has (16 or 64 KiB on some aarch64 machines), or is \
                damaged.",
        advice: "Get a library that was linked for larger pages, or a kernel with pages of 4 KiB: `readelf -lW {library}` shows \
                 the alignment of its segments, `getconf PAGESIZE` the size of the kernel's pages.",
        threads: &["NixOS/nixpkgs#89317"],
        ..Trap::SURE
    },
    Trap {
        code: "wrong-class",
        patterns: &["{library:object}: wrong ELF class: {class:ELFCLASS}"],
        cause: "A 64-bit program was given a 32-bit library by its path, or the other way round.",
        advice: "Look at LD_PRELOAD and at paths in the program's configuration. For 32-bit programs: \
                 programs.nix-ld.enable32Bit = true; and libraries32.",
        ..Trap::SURE
    },
    Trap {
        code: "library-of-another-architecture",
        patterns: &[
            "{library:object}: ELF file data encoding not little-endian",
            "{library:object}: ELF file data encoding not big-endian",
            "{library:object}: ELF file OS ABI invalid",
            "{library:object}: ELF file ABI version invalid",
        ],
        cause: "The library was built for another processor, another system, or a loader that knows more than this one.",
        advice: "`file {library}` says what it is for. Get the one for this machine.",
        ..Trap::SURE
    },
    Trap {
        code: "not-a-library",
        patterns: &[
            "{library:library}: invalid ELF header",
            "{library:library}: file too short",
            "Error loading shared library {library}: Exec format error",
            "Error loading shared library {library}: Invalid argument",
            "error while loading shared libraries: {library}: file too short",
            "error while loading shared libraries: {library}: invalid ELF header",
        ],
        cause: "The file is no library for this loader: a linker script, a pointer of Git LFS, cut off, or of another machine.",
        advice: "`file {library}` says what it is. Download it again, or name the library it stands for.",
        ..Trap::SURE
    },
    Trap {
        code: "damaged-library",
        patterns: &[
            "{library:object}: ELF file version ident does not match current one",
            "{library:object}: ELF file version does not match current one",
            "{library:object}: ELF file's phentsize not the expected size",
            "{library:object}: only ET_DYN and ET_EXEC can be loaded",
            "{library:object}: nonzero padding in e_ident",
            "{library:object}: object file has no loadable segments",
            "{library:object}: object file has no dynamic section",
            "error while loading shared libraries: {library}: internal error",
            "unsupported version {_version} of Verdef record",
            "unsupported version {_version} of Verneed record",
            "{library:object}: unexpected reloc type 0x",
            "{library:object}: unexpected PLT reloc type 0x",
            "Error relocating {library}: unsupported relocation type {_type}",
        ],
        cause: "The file is an ELF file, but no library that a loader takes: an object file (.o), symbols for a debugger alone, or \
                damaged.",
        advice: "`file {library}` says what it is. Download it again; if it was edited (strip, objcopy, patchelf), take it as it \
                 was before.",
        ..Trap::SURE
    },
    Trap {
        code: "program-as-library",
        patterns: &[
            "{library:object}: cannot dynamically load executable",
            "{library:object}: cannot dynamically load position-independent executable",
            "{library:object}: shared object cannot be dlopen()ed",
        ],
        cause: "A program was loaded as if it were a library, or a library that may only be loaded at the start (-z nodlopen).",
        advice: "Look at which path the program was given: `file {library}` says what is there.",
        ..Trap::SURE
    },
    Trap {
        code: "isa-level",
        patterns: &[
            "{library:object}: CPU ISA level is lower than required",
            "CPU ISA level is lower than required",
            "Fatal glibc error: CPU does not support {_level}",
            "Fatal glibc error: CPU lacks {_feature}",
        ],
        cause: "The library, or this glibc, was built for a newer processor (x86-64-v2, v3, v4) than this one.",
        advice: "Use one that was built for all processors of this architecture: `ldshim explain PROGRAM` says which file is \
                 taken and why.",
        ..Trap::SURE
    },
    Trap {
        code: "branch-protection",
        patterns: &[
            "{library:object}: not GCS compatible",
            "{library:object}: failed to turn on BTI protection",
            "error: not GCS compatible",
            "error: failed to turn on BTI protection",
            "failed to enable GCS: {_reason}",
            "unsupported GCS policy",
        ],
        cause: "The program asks for protection of branches (GCS, BTI on aarch64) that a library was built without, or that the \
                kernel does not give.",
        advice: "GLIBC_TUNABLES=glibc.cpu.aarch64_gcs=0 for this program, or libraries that were built with \
                 -mbranch-protection=standard.",
        ..Trap::SURE
    },
];
