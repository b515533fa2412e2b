//! The loader's built-in path of its cache, a string in its read-only data.

use crate::scan;

/// How the string ends in every glibc, its NUL included: `LD_SO_CACHE` in glibc's sysdeps/generic/dl-cache.h.
const ENDING: &[u8; 13] = b"/ld.so.cache\0";

/// The name of the cache in a library environment, as it follows the directory.
pub const FILE: &str = "/ld.so.cache";

/// Finds the built-in path in `data`, as a range without its NUL.
///
/// The string begins after the NUL of the one before it. `None` if there is no such string, or more than one:
/// then nobody knows which one the loader opens.
pub fn find(data: &[u8]) -> Option<core::ops::Range<usize>> {
    let (mut last, mut count) = (0, 0);
    scan::for_each_occurrence(data, ENDING, |offset| (last, count) = (offset, count + 1));
    if count != 1 {
        return None;
    }
    let end = last + ENDING.len() - 1;
    let start = data.get(..end)?.iter().rposition(|&byte| byte == 0)? + 1;
    (data.get(start) == Some(&b'/')).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(data: &[u8]) -> Option<&[u8]> {
        find(data).map(|range| &data[range])
    }

    #[test]
    fn finds_the_path_of_a_distribution_and_of_a_store() {
        assert_eq!(found(b"x\0/etc/ld.so.cache\0y"), Some(&b"/etc/ld.so.cache"[..]));
        let store = b"\0/nix/store/abc-glibc-2.40/etc/ld.so.cache\0";
        assert_eq!(found(store), Some(&store[1..store.len() - 1]));
    }

    #[test]
    fn passes_over_the_name_inside_of_other_texts() {
        assert_eq!(found(b"\0Do not use /etc/ld.so.cache or so\0/ld.so.cache.old\0"), None);
    }

    #[test]
    fn wants_exactly_one_absolute_path() {
        assert_eq!(found(b"\0/a/ld.so.cache\0\0/b/ld.so.cache\0"), None);
        assert_eq!(found(b"\0relative/ld.so.cache\0"), None);
        assert_eq!(found(b"/etc/ld.so.cache\0"), None, "its beginning is not in sight");
        assert_eq!(found(b"\0/etc/ld.so.cache"), None);
        assert_eq!(found(b""), None);
    }
}
