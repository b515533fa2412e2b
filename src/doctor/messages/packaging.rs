//! Messages of tools that edit programs for a store, or that download programs and find them not to start.

use super::Trap;

/// They come before what a real loader says of any library.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "auto-patchelf",
        patterns: &[
            "auto-patchelf could not satisfy dependency {library} wanted by {program}",
            "auto-patchelf ignoring missing {library} wanted by {program}",
            "{library:library} -> not found!",
            "autoPatchelfHook could not satisfy dependency {library} wanted by {program}",
            "auto-patchelf failed to find all the required dependencies",
        ],
        cause: "autoPatchelfHook looks for libraries in the packages of buildInputs and runtimeDependencies, and in the package \
                itself, and no folder of these has this one.",
        advice: "`ldshim locate {library}` names the packages that have it: add one to buildInputs. What the system has (a graphics \
                 driver) or nobody needs: autoPatchelfIgnoreMissingDeps = [ \"{library}\" ]; `ldshim autopatch --dry-run` does the \
                 same search outside of a build.",
        threads: &["NixOS/nixpkgs#89718", "shazow/foundry.nix#19"],
        ..Trap::SURE
    },
    Trap {
        code: "patchelf-gave-up",
        patterns: &[
            "cannot find section '.{_section}'",
            "cannot find section .interp",
            "no section headers. The input file is probably a statically linked, self-decompressing binary",
            "{_line:number}: {_function}: Assertion `(off_t) rdi(hdr->e_shoff) >= startOffset' failed",
            "patchelf: maximum file size exceeded",
            "cannot normalize PT_NOTE segment: ",
        ],
        cause: "patchelf cannot edit this file: it has no such section (Go's linker, UPX and strip leave sections out), or no room \
                where patchelf puts new text. A static program has no interpreter to set.",
        advice: "With the stub the program needs no patchelf: `ldshim explain PROGRAM`. If it has to be edited, `ldshim patch` goes by \
                 segments and needs no sections.",
        threads: &["NixOS/patchelf#38", "NixOS/patchelf#66"],
        ..Trap::SURE
    },
    Trap {
        code: "downloaded-tool",
        patterns: &[
            "AAPT2 aapt2-{_version} Daemon #{_number:number}: Daemon startup failed",
            "AAPT2 {_version} Daemon #{_number:number}: Daemon startup failed",
            "directory for tool {program:word} version {_version} is present, but tool was not found",
            "directory for tool {program:word} version {_version} is present, but the tool has not been found",
        ],
        cause: "A program that was downloaded by a build tool (Gradle's aapt2, ESP-IDF's compilers) does not start: nothing is at \
                the path of its loader, or a library is missing. The build tool does not say which.",
        advice: "programs.nix-ld.enable = true; then `ldshim explain --all DIR` on the folder that it was downloaded to \
                 (~/.gradle/caches, ~/.espressif/tools) says whether anything is missing. For aapt2 also: \
                 -Pandroid.aapt2FromMavenOverride=PATH with one of nixpkgs.",
        threads: &[
            "tadfisher/android-nixpkgs#46",
            "NixOS/nixpkgs#72220",
            "espressif/esp-idf#13806",
            "mirrexagon/nixpkgs-esp-dev#17",
        ],
        ..Trap::SURE
    },
];
