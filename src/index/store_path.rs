//! The parts of a store path: `/nix/store/<hash>-<name>`.
//!
//! A hash is 20 bytes in Nix's base 32: 32 digits out of [`DIGITS`] ("Store Path Specification" in
//! Nix's manual). Here the digits are packed in the order in which they stand.

use std::path::{Path, PathBuf};

const DIGITS: &[u8; 32] = b"0123456789abcdfghijklmnpqrsvwxyz";

/// The bytes of a store path's hash.
pub type Hash = [u8; 20];

/// The hash that these 32 digits write.
pub(super) fn parse_hash(text: &str) -> Option<Hash> {
    let digits: &[u8; 32] = text.as_bytes().try_into().ok()?;
    let mut hash = [0; 20];
    for (group, bytes) in digits.chunks_exact(8).zip(hash.chunks_exact_mut(5)) {
        let mut number = 0u64;
        for digit in group {
            let value = DIGITS.iter().position(|it| it == digit)?;
            number = number << 5 | value as u64;
        }
        bytes.copy_from_slice(&number.to_be_bytes()[3..]);
    }
    Some(hash)
}

/// Its 32 digits.
pub(super) fn hash_text(hash: &Hash) -> String {
    let mut text = String::with_capacity(32);
    for bytes in hash.chunks_exact(5) {
        let number = bytes
            .iter()
            .fold(0u64, |number, &byte| number << 8 | u64::from(byte));
        for digit in (0..8).rev() {
            text.push(char::from(DIGITS[(number >> (5 * digit)) as usize & 31]));
        }
    }
    text
}

/// Whether a store path's name may be this, as Nix's `checkName` has it.
pub(super) fn is_name(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._?=".contains(&byte);
    !name.is_empty() && name.len() <= 211 && name.bytes().all(is_allowed)
}

/// The store directory, hash and name of the store path that `path` is, or is in.
pub(super) fn find(path: &Path) -> Option<(PathBuf, Hash, String)> {
    path.ancestors().find_map(|path| {
        let (hash, name) = path.file_name()?.to_str()?.split_once('-')?;
        let hash = parse_hash(hash)?;
        is_name(name).then(|| Some((path.parent()?.to_owned(), hash, name.to_owned())))?
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_file_in_a_store_path_leads_to_it() {
        let hash = "010yd8jls8w4vcnql4zhjbnyp2yay5pl";
        let path = format!("/nix/store/{hash}-bash-4.4-p5/lib/bash");
        let (store, found, name) = find(Path::new(&path)).unwrap();
        assert_eq!(
            (store.to_str(), &*hash_text(&found), &*name),
            (Some("/nix/store"), hash, "bash-4.4-p5")
        );
        assert_eq!(find(Path::new("/usr/lib/libz-1.so")), None);
    }

    #[test]
    fn a_hash_has_32_digits_of_nix() {
        assert_eq!(parse_hash(&"e".repeat(32)), None);
        assert_eq!(parse_hash(&"a".repeat(31)), None);
        assert_eq!(parse_hash(&"a".repeat(33)), None);
    }

    proptest! {
        #[test]
        fn hashes_survive_being_written(hash: [u8; 20]) {
            prop_assert_eq!(parse_hash(&hash_text(&hash)), Some(hash));
        }
    }
}
