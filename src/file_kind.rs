//! Files that are no programs and no libraries, told by their first bytes: what stands in a program's place after a download or
//! a checkout that went wrong, or before it was unpacked.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// As much of a file as is looked at.
pub const HEAD: usize = 256;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Data {
    /// As the end of a sentence about it: "a zip file".
    pub what: &'static str,
    /// What to do.
    pub advice: &'static str,
}

const UNPACK: &str = "Unpack it, and start a program in it.";

/// How files begin, in the order in which they are tried.
#[rustfmt::skip]
const BEGINNINGS: &[(&[u8], Data)] = &[
    (b"MZ", Data {
        what: "a program for Windows",
        advice: "Get the one for Linux. Wine starts programs for Windows, `dotnet` or `mono` those of .NET.",
    }),
    (&[0xcf, 0xfa, 0xed, 0xfe], MACOS),
    (&[0xce, 0xfa, 0xed, 0xfe], MACOS),
    (&[0xca, 0xfe, 0xba, 0xbe], MACOS),
    (b"PK\x03\x04", Data { what: "a zip file", advice: "Unpack it, and start a program in it; if it is one of Java: java -jar." }),
    (&[0x1f, 0x8b], Data { what: "compressed (gzip)", advice: UNPACK }),
    (b"BZh", Data { what: "compressed (bzip2)", advice: UNPACK }),
    (b"\xfd7zXZ\0", Data { what: "compressed (xz)", advice: UNPACK }),
    (&[0x28, 0xb5, 0x2f, 0xfd], Data { what: "compressed (zstd)", advice: UNPACK }),
    (b"7z\xbc\xaf\x27\x1c", Data { what: "an archive of 7-Zip", advice: UNPACK }),
    (b"!<arch>\ndebian-binary", Data { what: "a package of Debian", advice: "Unpack it, and start a program in it: dpkg-deb -x." }),
    (&[0xed, 0xab, 0xee, 0xdb], Data { what: "an RPM package", advice: "Unpack it, and start a program in it: rpm2cpio, or bsdtar -xf." }),
    (b"!<arch>\n", Data {
        what: "an archive of object files (.a), which linkers read",
        advice: "Name the library that it stands for, lib*.so.",
    }),
    (b"/* GNU ld script", LINKER_SCRIPT),
    (b"INPUT(", LINKER_SCRIPT),
    (b"INPUT (", LINKER_SCRIPT),
    (b"GROUP (", LINKER_SCRIPT),
    (b"version https://git-lfs.github.com/spec/", Data {
        what: "a pointer of Git LFS, and not the file itself",
        advice: "Get the file, in its repository: git lfs pull",
    }),
    (b"Not Found", ERROR_PAGE),
    (b"404: Not Found", ERROR_PAGE),
    (b"404 ", ERROR_PAGE),
    (b"<!DOCTYPE", ERROR_PAGE),
    (b"<!doctype", ERROR_PAGE),
    (b"<html", ERROR_PAGE),
    (b"<HTML", ERROR_PAGE),
    (b"<?xml", ERROR_PAGE),
];

const MACOS: Data = Data {
    what: "a program for macOS, or Java classes",
    advice: "Get the one for Linux; java starts classes of Java.",
};

const LINKER_SCRIPT: Data = Data {
    what: "a linker script, which compilers read and loaders do not",
    advice: "Name the library that it stands for: it names it itself.",
};

const ERROR_PAGE: Data = Data {
    what: "a page of a web server, and not a file that was asked for",
    advice: "Get it again: the download has an error in its place, or a page to log in. `head` shows it.",
};

/// What a file with these first bytes is, if it is one of those.
#[must_use]
pub fn of(bytes: &[u8]) -> Option<Data> {
    let known = BEGINNINGS.iter().find(|it| bytes.starts_with(it.0));
    known.map(|it| it.1)
}

/// The first bytes of a file, up to [`HEAD`] of them.
///
/// # Errors
/// It cannot be read.
pub fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut options = File::options();
    // To open a pipe would wait.
    let file = options
        .read(true)
        .custom_flags(nix::libc::O_NONBLOCK)
        .open(path)?;
    file.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Where a link leads of which only the text is there, as a file: of a checkout without links (`core.symlinks`), or from an archive
/// that was unpacked without them. `bytes` are the file's, up to [`HEAD`] of them.
#[must_use]
pub fn link_text(path: &Path, bytes: &[u8]) -> Option<PathBuf> {
    let is_plain = |it: &u8| it.is_ascii_graphic() || *it >= 0x80;
    if bytes.is_empty() || bytes.len() >= HEAD || !bytes.iter().all(is_plain) {
        return None;
    }
    let target = Path::new(OsStr::from_bytes(bytes));
    let there = path.parent()?.join(target);
    (there.is_file() && there != path).then(|| target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn no_beginning_is_hidden_by_an_earlier_one() {
        for (beginning, data) in BEGINNINGS {
            assert_eq!(of(beginning), Some(*data));
        }
        for other in [&b"\x7fELF"[..], b"#!/bin/sh", b"echo Not Found", b""] {
            assert_eq!(of(other), None);
        }
    }

    #[test]
    fn the_text_of_a_link_leads_to_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("libx.so.1.2"), "").unwrap();
        let target = link_text(&path("libx.so.1"), b"libx.so.1.2");
        assert_eq!(target, Some("libx.so.1.2".into()));
        for text in ["", "libx.so.1.3", "libx.so.1.2\n", "."] {
            assert_eq!(
                link_text(&path("libx.so.1"), text.as_bytes()),
                None,
                "{text}"
            );
        }
        assert_eq!(link_text(&path("libx.so.1.2"), b"libx.so.1.2"), None);
    }
}
