//! Store paths that stand in a file's bytes.

use std::ops::Range;
use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::nix::STORE;

/// The length of a store path's hash, in characters of Nix's base 32 (`src/libutil/hash.cc` of Nix).
const HASH: usize = 32;

/// A store path as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// The path, with what follows below the store path.
    pub(super) path: PathBuf,
    /// Where its text stands.
    pub(super) at: Range<usize>,
    /// Whether it is a text of its own, as C has them: nothing before it, and a zero byte behind it.
    pub(super) is_whole: bool,
}

impl Mention {
    /// The path of the store path itself.
    pub(super) fn package(&self) -> &Path {
        let depth = Path::new(STORE).components().count() + 1;
        let mut path = &*self.path;
        while path.components().count() > depth {
            path = path.parent().unwrap_or(path);
        }
        path
    }

    /// The path below the store path; empty if that is all.
    pub(super) fn below(&self) -> &Path {
        self.path.strip_prefix(self.package()).unwrap_or(&self.path)
    }
}

/// All store paths in these bytes, in order.
pub(super) fn mentions(bytes: &[u8]) -> Vec<Mention> {
    let start = format!("{STORE}/");
    let mut found = Vec::new();
    for at in memmem::find_iter(bytes, start.as_bytes()) {
        let rest = &bytes[at + start.len()..];
        let Some(name) = name_length(rest) else {
            continue;
        };
        let end = at + start.len() + name + below_length(&rest[name..]);
        let text = &bytes[at..end];
        let Ok(text) = std::str::from_utf8(text) else {
            continue;
        };
        let before = at.checked_sub(1).map_or(0, |it| bytes[it]);
        let behind = bytes.get(end).copied().unwrap_or(0);
        found.push(Mention {
            path: PathBuf::from(text.trim_end_matches('/')),
            at: at..end,
            is_whole: before == 0 && behind == 0,
        });
    }
    found
}

/// The length of `HASH-NAME` at the start of these bytes, if one is there. Which characters a name may have: `checkName` in
/// `src/libstore/path.cc` of Nix.
fn name_length(bytes: &[u8]) -> Option<usize> {
    let hash = bytes.get(..HASH)?;
    let is_hash = |it: &u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    if !hash.iter().all(is_hash) || bytes.get(HASH) != Some(&b'-') {
        return None;
    }
    let is_name = |it: &u8| it.is_ascii_alphanumeric() || b"+-._?=".contains(it);
    let name = bytes[HASH + 1..]
        .iter()
        .take_while(|it| is_name(it))
        .count();
    (name > 0).then_some(HASH + 1 + name)
}

/// The length of a path below a store path: up to what no tool has in a path that it writes into a file.
fn below_length(bytes: &[u8]) -> usize {
    if bytes.first() != Some(&b'/') {
        return 0;
    }
    let is_path = |it: &u8| it.is_ascii_graphic() && !b"\"'`:;,<>|(){}[]$*\\&!?#".contains(it);
    bytes.iter().take_while(|it| is_path(it)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &str = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-hello-2.12";

    fn paths(text: &str) -> Vec<String> {
        let found = mentions(text.as_bytes()).into_iter();
        found.map(|it| it.path.display().to_string()).collect()
    }

    #[test]
    fn paths_end_where_their_texts_end() {
        let text = format!("x{HELLO}/share/a:{HELLO} \"{HELLO}/b c\" {HELLO}/'");
        let share = format!("{HELLO}/share/a");
        let b = format!("{HELLO}/b");
        assert_eq!(paths(&text), [&*share, HELLO, &*b, HELLO]);
    }

    #[test]
    fn what_only_begins_as_a_store_path_is_none() {
        for text in [
            "/nix/store/",
            "/nix/store/.links/abc",
            "/nix/store/0123456789abcdfghijklmnpqrsvwxyz",
            "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-",
            "/nix/store/0123456789ABCDfghijklmnpqrsvwxyz-hello",
        ] {
            assert!(paths(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_text_of_its_own_is_told_from_a_part_of_one() {
        let whole = |text: String| mentions(text.as_bytes())[0].is_whole;
        assert!(whole(format!("\0{HELLO}/lib/libx.so\0")));
        assert!(whole(HELLO.into()));
        assert!(!whole(format!("\0-L{HELLO}/lib\0")));
        assert!(!whole(format!("\0{HELLO}/lib:/lib\0")));
    }

    #[test]
    fn a_path_has_its_package_and_what_is_below() {
        let text = format!("{HELLO}/share/locale");
        let found = &mentions(text.as_bytes())[0];
        assert_eq!(found.package(), Path::new(HELLO));
        assert_eq!(found.below(), Path::new("share/locale"));
        let found = &mentions(HELLO.as_bytes())[0];
        assert_eq!(found.below(), Path::new(""));
    }
}
