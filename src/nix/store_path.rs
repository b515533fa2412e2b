//! Paths in the Nix store.

use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// The directory of the store. Binary caches serve no other.
pub const STORE: &str = "/nix/store";

/// The number of characters of the hash that a name in the store begins with: the manual of Nix, "Store Path".
pub(super) const HASH_LENGTH: usize = 32;

/// The store path that `path` is, or lies in; `None` if it lies elsewhere, or in what is no store path, such as
/// `.links`. It is not asked whether there is one.
#[must_use]
pub fn store_path_of(path: &Path) -> Option<PathBuf> {
    let mut below = path.strip_prefix(STORE).ok()?.components();
    let Component::Normal(name) = below.next()? else {
        return None;
    };
    let is_plain = below.all(|it| matches!(it, Component::Normal(_)));
    let bytes = name.as_bytes();
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._?=".contains(byte);
    let is_store_path = bytes.len() > HASH_LENGTH + 1
        && bytes[..HASH_LENGTH].iter().all(u8::is_ascii_alphanumeric)
        && bytes[HASH_LENGTH] == b'-'
        && bytes.iter().all(is_allowed);
    (is_plain && is_store_path).then(|| Path::new(STORE).join(name))
}

/// Name and version in a store path's name without the hash, as Nix itself takes it apart (`builtins.parseDrvName`): the version
/// begins behind the first dash that no letter follows. The name of an output is part of neither.
#[must_use]
pub fn name_and_version(name: &str) -> (&str, Option<&str>) {
    const OUTPUTS: [&str; 8] = [
        "-bin", "-lib", "-out", "-dev", "-man", "-doc", "-data", "-libgcc",
    ];
    let name = OUTPUTS
        .iter()
        .find_map(|it| name.strip_suffix(it))
        .unwrap_or(name);
    let is_version = |at: &usize| {
        let next = name[at + 1..].chars().next();
        next.is_some_and(|it| !it.is_alphabetic())
    };
    let mut dashes = name.match_indices('-').map(|it| it.0);
    match dashes.find(is_version) {
        Some(at) => (&name[..at], Some(&name[at + 1..])),
        None => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_the_store_lies_in_a_store_path() {
        let path = "/nix/store/1r3kk2wvwpix2wfxij2rv7kb119kj4jx-zlib-1.3.1";
        for file in [path, &format!("{path}/"), &format!("{path}/lib/libz.so.1")] {
            assert_eq!(store_path_of(file.as_ref()), Some(path.into()), "{file}");
        }
    }

    #[test]
    fn whatever_else_is_no_store_path() {
        for path in [
            "/nix/store",
            "/nix/store/",
            "/nix/store/.links/x",
            "/nix/store/short-name",
            "/nix/store/1r3kk2wvwpix2wfxij2rv7kb119kj4jx",
            "/nix/store/1r3kk2wvwpix2wfxij2rv7kb119kj4jx-",
            "/nix/store/1r3kk2wvwpix2wfxij2rv7kb119kj4jx-a\"b",
            "/nix/store/1r3kk2wvwpix2wfxij2rv7kb119kj4jx-a${b}",
            "/nix/store/../store/1r3kk2wvwpix2wfxij2rv7kb119kj4jx-zlib",
            "/nix/store/1r3kk2wvwpix2wfxij2rv7kb119kj4jx-zlib/../../../etc",
            "/usr/lib/libz.so.1",
            "nix/store/1r3kk2wvwpix2wfxij2rv7kb119kj4jx-zlib",
        ] {
            assert_eq!(store_path_of(path.as_ref()), None, "{path}");
        }
    }

    #[test]
    fn names_are_taken_apart_as_nix_does() {
        for (text, name, version) in [
            ("hello-2.12.1", "hello", Some("2.12.1")),
            ("glibc-2.40-66", "glibc", Some("2.40-66")),
            ("python3.11-numpy-1.26", "python3.11-numpy", Some("1.26")),
            ("openssl-3.0.13-bin", "openssl", Some("3.0.13")),
            ("source", "source", None),
        ] {
            assert_eq!(name_and_version(text), (name, version), "{text}");
        }
    }
}
