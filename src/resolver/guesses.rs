//! Names of libraries in the texts of a program or library, which it may load later. Only a guess.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use memchr::memmem;

use crate::elf::{Dynamic, Image};

/// A longer text is no name.
const LONGEST: usize = 64;
/// More than these no program loads by name; it is a list of something else.
const MOST: usize = 200;

/// The names in a file's constants that stand alone, look like a library's, and are not those of
/// libraries that it needs anyway. Sorted.
#[must_use]
pub fn names_in_texts(image: &Image<'_>, dynamic: &Dynamic) -> Vec<OsString> {
    let known = |name: &OsStr| {
        let mut needed = dynamic.dependencies.iter().map(|it| it.name.as_os_str());
        dynamic.soname.as_deref() == Some(name) || needed.any(|it| it == name)
    };
    let mut names = BTreeSet::new();
    for bytes in image.constants() {
        for at in memmem::find_iter(bytes, b".so") {
            if let Some(name) = name_around(bytes, at)
                && !known(OsStr::from_bytes(name))
            {
                names.insert(OsStr::from_bytes(name).to_owned());
            }
            if names.len() > MOST {
                return Vec::new();
            }
        }
    }
    names.into_iter().collect()
}

/// The text with `.so` at `at`, if it is a name: `libNAME.so` or `libNAME.so.1.2`.
fn name_around(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let before = &bytes[at.saturating_sub(LONGEST)..at];
    let length = before
        .iter()
        .rev()
        .take_while(|&&it| is_of_name(it))
        .count();
    let start = at - length;
    let is_alone = start == 0 || bytes[start - 1] == 0;
    let after = bytes.get(at + 3..)?;
    let after = &after[..after.len().min(LONGEST)];
    let version = after
        .iter()
        .take_while(|&&it| it == b'.' || it.is_ascii_digit())
        .count();
    let ends = after.get(version) == Some(&0);
    let version = &after[..version];
    let is_version = version.is_empty() || (version.starts_with(b".") && !version.ends_with(b"."));
    let name = &bytes[start..at + 3 + version.len()];
    (is_alone && ends && is_version && name.starts_with(b"lib") && length > 3).then_some(name)
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+.".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_alone_and_begins_with_lib() {
        let name = |text: &[u8]| {
            let at = memmem::find(text, b".so").unwrap();
            name_around(text, at).map(|it| String::from_utf8(it.to_vec()).unwrap())
        };
        assert_eq!(name(b"\0libcurl.so.4\0").as_deref(), Some("libcurl.so.4"));
        assert_eq!(name(b"\0libc++.so\0").as_deref(), Some("libc++.so"));
        for other in [
            &b"\0cannot load libx.so\0"[..],
            b"\0libx.sock\0",
            b"\0libx.so.\0",
            b"\0libx.so1\0",
            b"\0/lib/libx.so\0",
            b"\0lib.so\0",
            b"\0libx.so",
            b"\0x.so\0",
        ] {
            assert_eq!(name(other), None, "{}", other.escape_ascii());
        }
    }
}
