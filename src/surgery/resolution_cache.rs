//! Where a file's libraries are, for nixpkgs' glibc: the description of its note.
//!
//! A list of pairs of texts, each with its NUL: the name of a
//! library, and where it is, separated by colons. `=PATH` is the library; `?DIRECTORY` is where the loader has to search by
//! itself, because what is there is known only at a start. An empty text ends the list.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::facts::Facts;

/// The description of the note for a file.
///
/// # Errors
/// There is nothing to say; the text tells why.
pub fn resolution_cache(facts: &Facts) -> Result<Vec<u8>, &'static str> {
    if !facts.is_dynamic {
        return Err("no dynamic section (statically linked?)");
    }
    let path = facts.search_path.as_deref().unwrap_or_default();
    if path.is_empty() || facts.needed.is_empty() {
        return Err("no DT_NEEDED entries or run path to resolve");
    }
    let mut places: BTreeMap<&[u8], Vec<Vec<u8>>> = BTreeMap::new();
    for directory in path.split(|&it| it == b':') {
        let is_searched = is_searched_at_start(directory);
        // A name with a slash is opened as it is.
        for library in facts.needed.iter().filter(|it| !it.contains(&b'/')) {
            let place = if is_searched {
                [b"?", directory].concat()
            } else {
                let file = to_path(directory).join(to_path(library));
                if !file.exists() {
                    continue;
                }
                [b"=", directory, b"/", library].concat()
            };
            places.entry(library).or_default().push(place);
        }
    }
    if places.is_empty() {
        return Err("no libraries resolved against the run path");
    }
    let mut description = Vec::new();
    for (library, places) in places {
        description.extend([library, b"\0", &places.join(&b':'), b"\0"].concat());
    }
    description.push(0);
    Ok(description)
}

fn to_path(bytes: &[u8]) -> PathBuf {
    Path::new(OsStr::from_bytes(bytes)).to_owned()
}

/// Whether only a start can tell what a directory is or has: it depends on the working directory or on the file's place, or it
/// has libraries for some processors only.
fn is_searched_at_start(directory: &[u8]) -> bool {
    let is_absolute = directory.first() == Some(&b'/');
    !is_absolute || directory.contains(&b'$') || to_path(directory).join("glibc-hwcaps").exists()
}
