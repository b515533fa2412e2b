//! Messages about libraries that a program opens itself while it runs, in the words of whoever opens them.
//!
//! They name what was asked for, which the tried names that follow are made of: `diagnosis.rs` leaves those out.

use super::Trap;

/// No list of needed libraries has these.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "opened-library",
        patterns: &[
            "Unable to load shared library {library:quoted} or one of its dependencies",
            "System.DllNotFoundException: {library:library}",
            "Unable to load library {library:quoted}:",
            "Library {library:library} could not be loaded",
            "failed to load one of xlib's shared libraries -- [\"{library}\"",
            "Could not load dynamic library {library:quoted}",
            "Fallback handler could not load library {library:path}",
        ],
        cause: "The program opens this library itself while it runs, by names that it makes of this one, and found neither; or it \
                found it, and one that it needs is missing. What a program opens itself is in no list of needed libraries.",
        advice: "If a line that follows names another library, that one is missing. Else `ldshim locate '*{library}*'` finds packages; \
                 `ldshim pin --select` or programs.nix-ld.libraries adds one. A .NET or Java of NixOS does not see the libraries of \
                 the stub: there, LD_LIBRARY_PATH for this program.",
        threads: &[
            "NixOS/nixpkgs#61229",
            "NixOS/nixpkgs#350147",
            "NixOS/nixpkgs#433629",
            "AvaloniaUI/Avalonia#3020",
        ],
        ..Trap::SURE
    },
    Trap {
        code: "java-library-path",
        patterns: &["no {library:word} in java.library.path"],
        cause: "Java looks for the library's file only in the folders of java.library.path, and not where a loader does: neither \
                the stub nor a library environment has a part in that.",
        advice: "-Djava.library.path=DIR, with the folder that has it, or LD_LIBRARY_PATH=DIR for this program. If another line says \
                 \"cannot open shared object file\", the library was found, and the one named there is missing.",
        threads: &["NixOS/nixpkgs#30826", "JabRef/jabref#16399"],
        is_last_resort: true,
        ..Trap::SURE
    },
    Trap {
        code: "display-libraries",
        patterns: &[
            "Can't load Xlib dynamically",
            "Can't load XCursor dynamically",
            "Can't load the Wayland client library",
        ],
        cause: "A game of Godot opens the libraries of X11 and Wayland itself while it runs, and found none.",
        advice: "programs.nix-ld.presets = [ \"games\" ]; has them.",
        threads: &["molarmanful/bited#32"],
        ..Trap::SURE
    },
];
