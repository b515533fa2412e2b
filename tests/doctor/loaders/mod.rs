//! The messages of real loaders, complete: each has a row in the table, or a reason for having none.
//!
//! The lists were read from the sources of glibc 2.43 and musl 1.2.6. Texts in the loaders that are here, of other versions
//! too, are looked up in them: a loader that learns a message makes a test fail.

mod glibc;
mod musl;

use std::fs;
use std::path::{Path, PathBuf};

use ldshim::doctor::{Diagnosis, diagnose};

use crate::common::{store_path, target};

/// How a message is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// As it is.
    Alone,
    /// Of an object: by the loader at the start of a program, and by dlerror.
    Of,
    /// As one who starts programs.
    Starter,
}

/// Why a text of a loader has no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// LD_DEBUG was asked for it.
    Debugging,
    /// It is about the loader's own options.
    Help,
    /// LD_TRACE_LOADED_OBJECTS or an option was asked for it.
    Listing,
    /// strerror's words, which many say.
    Errno,
    /// A part of other messages.
    Part,
    /// LD_PROFILE leads to it, and others say the same.
    Profiling,
    /// Others say the same, and nothing in it says who.
    General,
}

/// A name with a space and a colon, as a library may have.
const ODD: &str = "odd lib: x.so.1";

/// A message as it is said, its holes filled.
fn filled(format: &str, name: &str) -> String {
    let mut text = String::new();
    let mut rest = format;
    while let Some((before, hole)) = rest.split_once('%') {
        text.push_str(before);
        if hole.starts_with("fs base") {
            // That is a register.
            text.push('%');
            rest = hole;
            continue;
        }
        let end = hole
            .find(|it: char| "suxdpm%".contains(it))
            .expect("the end of a conversion");
        text.push_str(match &hole[end..=end] {
            "s" => name,
            "m" => "No such file or directory",
            _ => "1",
        });
        rest = &hole[end + 1..];
    }
    text + rest
}

fn one(line: &str) -> Diagnosis {
    let mut found = diagnose(line);
    assert_eq!(found.len(), 1, "{line}: {found:?}");
    found.remove(0)
}

fn named<'d>(diagnosis: &'d Diagnosis, name: &str) -> Option<&'d str> {
    let mut names = diagnosis.names.iter();
    names.find(|it| it.0 == name).map(|it| it.1.as_str())
}

#[test]
fn each_message_of_glibcs_loader_has_its_row() {
    for (format, said, code) in glibc::KNOWN {
        match said {
            Said::Alone => assert_eq!(
                one(&filled(format, "libx.so.1")).trap.code,
                *code,
                "{format}"
            ),
            Said::Of => {
                let message = filled(format, "x");
                for program in ["./a", "/with space/a"] {
                    let line = format!(
                        "{program}: error while loading shared libraries: {ODD}: {message}"
                    );
                    let found = one(&line);
                    assert_eq!(found.trap.code, *code, "{line}");
                    for (name, value) in [("library", ODD), ("program", program)] {
                        if let Some(told) = named(&found, name) {
                            assert_eq!(told, value, "{line}");
                        }
                    }
                }
            }
            Said::Starter => {
                let line = format!("/lib/ld.so: cannot execute {ODD}: No such file or directory");
                assert_eq!(
                    filled(format, "x").matches('x').count(),
                    3 + 1,
                    "it is still worded so"
                );
                assert!(
                    diagnose(&line).is_empty(),
                    "a library is no path of a program"
                );
                let found = one("/lib/ld.so: cannot execute ./a b: No such file or directory");
                assert_eq!(
                    (found.trap.code, named(&found, "program")),
                    (*code, Some("./a b"))
                );
            }
        }
    }
}

#[test]
fn each_message_of_musls_loader_has_its_row() {
    for (format, _, code) in musl::KNOWN {
        let found = one(&filled(format, "odd lib.so"));
        assert_eq!(found.trap.code, *code, "{format}");
        if let Some(library) = named(&found, "library") {
            assert_eq!(library, "odd lib.so", "{format}");
        }
    }
    for (reason, code) in musl::REASONS {
        let line = format!("Error loading shared library {ODD}: {reason} (needed by /a b)");
        assert_eq!(one(&line).trap.code, *code, "{line}");
    }
}

#[test]
fn what_a_loader_says_without_a_row_is_not_taken_for_anything() {
    for (beginning, reason) in glibc::SILENT.iter().chain(musl::SILENT) {
        // A listing that lacks a library says so; that has a row.
        if *reason != Silence::Part {
            assert!(
                diagnose(&filled(&format!("{beginning}%s"), "x")).is_empty(),
                "{beginning}"
            );
        }
    }
}

#[test]
fn no_loader_that_is_here_says_anything_else() {
    let is_known = |text: &str, known: &[(&str, Said, &str)], silent: &[(&str, Silence)]| {
        let text = text.trim_matches('\n');
        known.iter().any(|it| it.0 == text) || silent.iter().any(|it| text.starts_with(it.0))
    };
    for loader in glibcs() {
        let texts = texts(&loader);
        assert!(
            texts.iter().any(|it| it == "file too short"),
            "{}",
            loader.display()
        );
        let other: Vec<_> = { texts.iter() }
            .filter(|it| !is_assertion(it) && !is_known(it, glibc::KNOWN, glibc::SILENT))
            .collect();
        assert!(other.is_empty(), "{}: {other:#?}", loader.display());
    }
    let loader = store_path("musl").join("lib/libc.so");
    let texts = texts(&loader);
    let of_loader = |it: &&String| {
        musl::BEGINNINGS
            .iter()
            .any(|beginning| it.starts_with(beginning))
    };
    let other: Vec<_> = { texts.iter().filter(of_loader) }
        .filter(|it| !is_known(&it.replace("%p", "0x%x"), musl::KNOWN, musl::SILENT))
        .filter(|it| !is_known(it, musl::KNOWN, musl::SILENT))
        .collect();
    assert!(other.is_empty(), "{other:#?}");
}

/// The loaders of glibc: the store's, and those of other suites if `cargo xtask fetch` was asked for them.
fn glibcs() -> Vec<PathBuf> {
    let others = fs::read_dir(target().join("glibcs"))
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<_> = others.map(|it| it.path().join("packages/libc6")).collect();
    folders.push(store_path("libc6"));
    let loaders = folders
        .into_iter()
        .map(|it| it.join("lib/ld-linux-x86-64.so.2"));
    loaders.filter(|it| it.exists()).collect()
}

/// The texts of a file that are sentences: with a space, a few small letters, and a zero behind.
fn texts(file: &Path) -> Vec<String> {
    let bytes = fs::read(file).unwrap();
    let is_printable = |it: &u8| (b' '..=b'~').contains(it) || [b'\n', b'\t'].contains(it);
    { bytes.split(|it| *it == 0) }
        .filter_map(|it| {
            let start = it
                .iter()
                .rposition(|it| !is_printable(it))
                .map_or(0, |at| at + 1);
            let text = std::str::from_utf8(&it[start..]).ok()?;
            let words = text.as_bytes().windows(3);
            let has_word = { words }.any(|it| it.iter().all(u8::is_ascii_lowercase));
            (text.contains(' ') && has_word).then(|| text.to_owned())
        })
        .collect()
}

/// Conditions of assertions stand in "Inconsistency detected by ld.so", and probes of SystemTap name registers.
fn is_assertion(text: &str) -> bool {
    let signs = [
        "==", "!=", "->", ">=", "<=", " < ", " > ", " & ", "@%", "@$", "! \"",
    ];
    text.starts_with('!') || signs.iter().any(|it| text.contains(it))
}
