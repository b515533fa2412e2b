//! The bundle's copy of a real loader: it knows no directories, no cache and no list of libraries of the system that it
//! happens to run on.
//!
//! What a loader has built in are texts. They are overwritten with others of the same length, because their lengths are
//! elsewhere in it.

use std::path::Path;

use anyhow::{Result, ensure};
use memchr::memmem;

use crate::resolver::RealLoader;

/// The cache of other distributions, for libraries that are to be the host's.
const HOST_CACHE: &[u8] = b"/etc/ld.so.cache";

/// Where nothing can be: it is no folder.
const NOWHERE: &[u8] = b"/dev/null/";

/// How the path of the file begins in which musl's loader has its directories, and what leads nowhere.
const MUSL_FILE: (&[u8], &[u8]) = (b"/etc/ld-musl-", b"/dev/null/ld-");

/// Where musl's loader looks if its file of paths is not there: `load_library` in its ldso/dynlink.c.
const MUSL_DIRS: &[u8] = b"/lib:/usr/local/lib:/usr/lib";

/// The loader that `bytes` are, with nothing of a system in it. With `host_libraries` it still looks into the cache of the host, after
/// everything else.
///
/// # Errors
/// A text is not where it should be.
pub fn neutral_glibc(bytes: &[u8], loader: &RealLoader, host_libraries: bool) -> Result<Vec<u8>> {
    let mut copy = bytes.to_vec();
    let old = loader.system_dirs.join(&0);
    let new: Vec<Vec<u8>> = loader
        .system_dirs
        .iter()
        .map(|it| no_folder(it.len()))
        .collect();
    replace(&mut copy, &old, &new.join(&0), "its list of directories")?;
    let path = |path: &Path| path.as_os_str().as_encoded_bytes().to_vec();
    if let Some(old) = loader.cache_path.as_deref().map(path) {
        let mut new = no_file(old.len());
        if host_libraries {
            ensure!(
                old.len() >= HOST_CACHE.len(),
                "it has no room for the path of the host's cache"
            );
            new = HOST_CACHE.to_vec();
            new.resize(old.len(), 0);
        }
        replace(&mut copy, &old, &new, "the path of its cache")?;
    }
    if let Some(old) = loader.preload_file.as_deref().map(path) {
        replace(
            &mut copy,
            &old,
            &no_file(old.len()),
            "the path of its list of preloaded libraries",
        )?;
    }
    Ok(copy)
}

/// The same for musl's loader. One that has no such text is taken as it is: it is built for other folders.
#[must_use]
pub fn neutral_musl(bytes: &[u8]) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    let mut new = NOWHERE.to_vec();
    new.resize(MUSL_DIRS.len(), b'/');
    let _kept = replace(&mut copy, MUSL_DIRS, &new, "its list of directories");
    let places: Vec<usize> = memmem::find_iter(bytes, MUSL_FILE.0).collect();
    for place in places {
        copy[place..][..MUSL_FILE.1.len()].copy_from_slice(MUSL_FILE.1);
    }
    copy
}

/// Overwrites a text wherever it stands as a whole: not behind what could be more of a path.
fn replace(bytes: &mut [u8], old: &[u8], new: &[u8], what: &str) -> Result<()> {
    let with_end = [old, b"\0"].concat();
    let is_whole = |place: &usize| {
        let before = place.checked_sub(1).and_then(|it| bytes.get(it));
        !before.is_some_and(u8::is_ascii_graphic)
    };
    let found = memmem::find_iter(bytes, &with_end).filter(is_whole);
    let places: Vec<usize> = found.collect();
    ensure!(
        !places.is_empty() && old.len() == new.len(),
        "{what} cannot be changed"
    );
    for place in places {
        bytes[place..][..new.len()].copy_from_slice(new);
    }
    Ok(())
}

/// The path of a folder that is not there, with a slash at its end, of a length.
fn no_folder(length: usize) -> Vec<u8> {
    let mut path = NOWHERE.to_vec();
    if length < NOWHERE.len() {
        // Nothing has a name of hyphens only.
        path = vec![b'-'; length];
        path[0] = b'/';
        path[length - 1] = b'/';
    }
    path.resize(length, b'/');
    path
}

/// The path of a file that is not there, of a length.
fn no_file(length: usize) -> Vec<u8> {
    let mut path = no_folder(length);
    if let Some(last) = path.last_mut() {
        *last = b'-';
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_the_length_of_the_old_ones_and_lead_nowhere() {
        assert_eq!(no_folder(5), b"/---/");
        assert_eq!(no_folder(12), b"/dev/null///");
        assert_eq!(no_file(16), b"/dev/null//////-");
    }

    #[test]
    fn a_text_is_overwritten_only_where_it_stands_as_a_whole() {
        let mut bytes = b"\0/lib/\0x/lib/\0/lib/y\0\x01/lib/\0".to_vec();
        replace(&mut bytes, b"/lib/", b"/---/", "it").unwrap();
        assert_eq!(bytes, b"\0/---/\0x/lib/\0/lib/y\0\x01/---/\0");
        assert!(replace(&mut bytes, b"/usr/", b"/---/", "it").is_err());
    }
}
