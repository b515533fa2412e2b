//! Which files are shared libraries, by their names.

use memchr::{memmem, memrchr};

/// The folder and the file name of a path that is one of a shared library: `libz.so`, `libz.so.1.3`,
/// but not `libz.so.1.debug`. Names that are no text, or have control characters, are none.
pub(super) fn split(path: &[u8]) -> Option<(&str, &str)> {
    // Nearly all files of a database end here.
    if !may_end_a_library(path) {
        return None;
    }
    let (folder, name) = match memrchr(b'/', path) {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (&path[..0], path),
    };
    if !is_library(name) {
        return None;
    }
    let texts = (str::from_utf8(folder).ok()?, str::from_utf8(name).ok()?);
    let is_plain = |text: &str| !text.contains(char::is_control);
    (is_plain(texts.0) && is_plain(texts.1)).then_some(texts)
}

fn may_end_a_library(path: &[u8]) -> bool {
    path.ends_with(b".so")
        || memrchr(b'.', path).is_some_and(|dot| path.get(dot + 1).is_some_and(u8::is_ascii_digit))
}

fn is_library(name: &[u8]) -> bool {
    if let Some(stem) = name.strip_suffix(b".so") {
        return !stem.is_empty();
    }
    let Some(at) = memmem::rfind(name, b".so.") else {
        return false;
    };
    let version = &name[at + b".so.".len()..];
    let mut parts = version.split(|&byte| byte == b'.');
    at > 0 && parts.all(|part| part.first().is_some_and(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_told_by_their_names() {
        for name in [
            "libz.so",
            "libz.so.1",
            "libz.so.1.3.1",
            "libcrypto.so.1.0.2k",
            "libLLVM.so.18.1-rust-1.78.0-stable",
            "_ssl.cpython-312-x86_64-linux-gnu.so",
            "libperl.so.5.36/../libz.so",
            "liba.so.so.1",
            "liba.so.1.so.2",
        ] {
            assert!(split(name.as_bytes()).is_some(), "{name}");
        }
    }

    #[test]
    fn other_files_are_no_libraries() {
        for name in [
            "",
            ".so",
            "libz.a",
            "libz.so.1.debug",
            "libstdc++.so.6.0.33-gdb.py",
            "libz.so.3.gz",
            "libz.so.",
            ".so.1",
            "libz.so.1/README",
            "libz.so.1.3/1",
            "lib\nz.so",
            "li\u{7f}z.so.1",
            "li\u{9b}z.so.1",
        ] {
            assert_eq!(split(name.as_bytes()), None, "{name:?}");
        }
        assert_eq!(split(b"lib\xff.so"), None);
    }

    #[test]
    fn folder_and_name_are_split() {
        assert_eq!(split(b"lib/a/libz.so.1"), Some(("lib/a", "libz.so.1")));
        assert_eq!(split(b"libz.so"), Some(("", "libz.so")));
    }
}
