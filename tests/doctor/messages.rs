//! The table of messages: each trap knows a message as it was reported

use std::collections::BTreeSet;

use ldshim::doctor::{diagnose, traps};

/// Messages as tools print them, one or more for each trap. Those that can be had here are made by real tools in
/// `messages_of_loaders.rs` as well.
const MESSAGES: &[(&str, &str)] = &[
    (
        "stub-ld",
        "Could not start dynamically linked executable: ./rakupp",
    ),
    (
        "stub-ld",
        "NixOS cannot run dynamically linked executables intended for generic",
    ),
    (
        "nix-ld-1-without-loader",
        "cannot execute ./a: cannot open $NIX_LD (/nix/store/x): No such file or directory",
    ),
    (
        "nix-ld-2-fatal",
        "[nix-ld] FATAL: panicked at src/main.rs:1:1",
    ),
    (
        "stub-loader-of-another-architecture",
        "nix-ld: cannot run ./a: loader /x: made for another architecture (from NIX_LD: /x)",
    ),
    (
        "stub-environment-too-large",
        "nix-ld: cannot run ./a: its environment has too many entries for its stack: raise `ulimit -s`",
    ),
    (
        "stub-without-loader",
        "nix-ld: cannot run ./a: loader /x: No such file or directory (from NIX_LD: /x)",
    ),
    (
        "python-of-nixos",
        "ImportError: libstdc++.so.6: cannot open shared object file: No such file or directory",
    ),
    (
        "python-of-nixos",
        "Original error was: libz.so.1: cannot open shared object file: No such file or directory",
    ),
    (
        "numpy",
        "Importing the numpy C-extensions failed. This error can happen for",
    ),
    ("appimage-fuse", "dlopen(): error loading libfuse.so.2"),
    (
        "appimage-fuse",
        "Error: libfuse.so.2: cannot open shared object file: No such file or directory",
    ),
    ("driver-library", "Cannot load libcuda.so.1"),
    (
        "driver-library",
        "Failed: libnvidia-ml.so.1: cannot open shared object file: No such file or directory",
    ),
    (
        "opengl",
        "./a: error while loading shared libraries: libGL.so.1: cannot open shared object file: No such file or directory",
    ),
    (
        "vscode-server",
        "Warning: Can't find libstdc++.so or ldconfig, can't verify libstdc++ version",
    ),
    (
        "vscode-server",
        "Error: Missing required dependencies. Please refer to our FAQ https://aka.ms/vscode-remote/faq/old-linux for",
    ),
    (
        "browser-sandbox",
        "FATAL:setuid_sandbox_host.cc(158)] The SUID sandbox helper binary was found, but is not configured correctly.",
    ),
    (
        "playwright",
        "Host system is missing dependencies to run browsers.",
    ),
    (
        "dotnet-icu",
        "Couldn't find a valid ICU package installed on the system.",
    ),
    (
        "qt-platform",
        "qt.qpa.plugin: Could not load the Qt platform plugin \"xcb\" in \"\" even though it was found.",
    ),
    ("patched-payload", "pkg/prelude/bootstrap.js:1"),
    (
        "load-command-alignment",
        "x: libcudart.so.11.0: ELF load command address/offset not properly aligned",
    ),
    (
        "load-command-page",
        "libx.so: ELF load command alignment not page-aligned",
    ),
    (
        "executable-stack",
        "libpdbg.so.6: cannot enable executable stack as shared object requires: Invalid argument",
    ),
    (
        "wrong-class",
        "./a: error while loading shared libraries: libz.so.1: wrong ELF class: ELFCLASS32",
    ),
    (
        "not-a-library",
        "OSError: /usr/lib/libc.so: invalid ELF header",
    ),
    (
        "preload",
        "ERROR: ld.so: object '/x.so' from LD_PRELOAD cannot be preloaded (cannot open shared object file): ignored.",
    ),
    (
        "two-glibcs",
        "nix: symbol lookup error: /usr/lib64/libc.so.6: undefined symbol: __tunable_is_initialized, version GLIBC_PRIVATE",
    ),
    (
        "two-glibcs",
        "gargoyle: libpthread.so.0: version `GLIBC_PRIVATE' not found (required by librt.so.1)",
    ),
    (
        "glibc-too-old",
        "bash: /nix/store/x/libc.so.6: version `GLIBC_2.33' not found (required by /nix/store/y/libncursesw.so.6)",
    ),
    (
        "libstdcxx-too-old",
        "./a: libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by ./a)",
    ),
    (
        "libstdcxx-too-old",
        "./a: libstdc++.so.6: version `CXXABI_1.3.15' not found (required by ./a)",
    ),
    (
        "version-not-found",
        "./a: liblzma.so.5: version `XZ_5.2' not found (required by libnixutil.so)",
    ),
    (
        "version-not-found",
        "./a: libtinfo.so.6: no version information available (required by ./a)",
    ),
    (
        "undefined-symbol",
        "./a: symbol lookup error: ./a: undefined symbol: SSL_new",
    ),
    (
        "static-tls",
        "libgomp.so.1: cannot allocate memory in static TLS block",
    ),
    ("isa-level", "libx.so: CPU ISA level is lower than required"),
    ("kernel-too-old", "FATAL: kernel too old"),
    (
        "missing-library",
        "./a: error while loading shared libraries: libfoo.so.1: cannot open shared object file: No such file or directory",
    ),
    (
        "missing-library",
        "Error loading shared library libfoo.so.1: No such file or directory (needed by ./a)",
    ),
    (
        "corrupted-interpreter",
        "bash: ./a: Accessing a corrupted shared library",
    ),
    (
        "exec-format",
        "bash: ./a: cannot execute binary file: Exec format error",
    ),
    (
        "bad-interpreter",
        "bash: ./a: cannot execute: required file not found",
    ),
    (
        "bad-interpreter",
        "bash: ./a: /bin/bash: bad interpreter: No such file or directory",
    ),
    (
        "service-exec",
        "a.service: Main process exited, code=exited, status=203/EXEC",
    ),
    (
        "env-not-found",
        "/usr/bin/env: 'python': No such file or directory",
    ),
    (
        "env-not-found",
        "env: can't execute 'python': No such file or directory",
    ),
    (
        "fish-no-loader",
        "fish: Failed to execute process './a': The file exists and is executable. Check the interpreter or linker?",
    ),
    ("permission", "bash: ./a: Permission denied"),
    ("no-such-file", "bash: ./a: No such file or directory"),
    ("no-such-file", "zsh: no such file or directory: ./a"),
    (
        "no-such-file",
        "FileNotFoundError: [Errno 2] No such file or directory: './a'",
    ),
    ("no-such-file", "Error: spawn /home/me/a ENOENT"),
    ("no-such-file", "sh: 1: ./a: not found"),
];

#[test]
fn each_message_is_known_as_what_it_is() {
    for (code, message) in MESSAGES {
        let found = diagnose(message);
        let codes: Vec<_> = found.iter().map(|it| it.trap.code).collect();
        assert_eq!(codes, [*code], "{message}");
    }
}

#[test]
fn each_trap_has_a_message_here() {
    let tested: BTreeSet<_> = MESSAGES.iter().map(|it| it.0).collect();
    for trap in traps() {
        assert!(tested.contains(trap.code), "{}", trap.code);
    }
    assert_eq!(tested.len(), traps().count(), "codes are told apart");
}

#[test]
fn threads_are_named_as_repository_and_number() {
    for thread in traps().flat_map(|it| it.threads) {
        let (repository, number) = thread.split_once('#').unwrap_or_else(|| panic!("{thread}"));
        assert_eq!(repository.split('/').count(), 2, "{thread}");
        assert!(number.parse::<u32>().is_ok(), "{thread}");
    }
}

#[test]
fn names_in_advice_are_those_of_the_message_or_in_capitals() {
    let advice = diagnose("a: libfoo.so.1: cannot open shared object file")[0].advice();
    assert!(advice.contains("`ldshim locate libfoo.so.1`"), "{advice}");
    let advice = diagnose("Pkg: Error reading from file.")[0].advice();
    assert!(advice.contains("`ldshim explain PROGRAM`"), "{advice}");
    for trap in traps() {
        let text = diagnose_first(trap.code).advice();
        assert!(!text.contains('{'), "{text}");
    }
}

fn diagnose_first(code: &str) -> ldshim::doctor::Diagnosis {
    let message = MESSAGES.iter().find(|it| it.0 == code).unwrap().1;
    diagnose(message).remove(0)
}

#[test]
fn harmless_lines_are_not_known() {
    for line in [
        "",
        "Compiling ldshim v0.1.0",
        "loaded libcuda.so.1",
        "required by ./a",
        "version 2.38 found",
        "GLIBC_2.38",
        "error: linker `cc` failed",
    ] {
        assert!(diagnose(line).is_empty(), "{line}");
    }
}
