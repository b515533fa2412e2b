//! Where a real loader has the built-in path of its cache.
//!
//! The stub overwrites that path in memory. To look for it takes the stub longer than all else that
//! it does, so it is looked for here, once, and written down in the library environment.

use std::ffi::CString;
use std::fs::{self, File};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use anyhow::Result;
use goblin::elf::program_header::{PF_W, PT_GNU_STACK, PT_LOAD};
use loader_stub::cache_path::{self, CacheNote, Place};

use super::{CACHE_NAME, LOADER_NAME, PLACE_NAME};
use crate::elf::{Segment, identify, segments};

/// Finds the place in the loader at `path`, which says it itself if it is prepared; `None` if it has no such path, as musl's loader has
/// not, or more than one, or cannot be read. Then the stub uses the environment plan.
pub fn cache_place(path: &Path) -> Option<Place> {
    let bytes = fs::read(path).ok()?;
    let segments = segments(&File::open(path).ok()?, &identify(path).ok()?).ok()?;
    if let Some(place) = prepared_place(&segments) {
        return Some(place);
    }
    let constant = segments
        .iter()
        .filter(|segment| segment.kind == PT_LOAD && segment.flags & PF_W == 0);
    let mut places = constant.filter_map(|segment| {
        let start = usize::try_from(segment.offset).ok()?;
        let length = usize::try_from(segment.file_size).ok()?;
        let data = bytes.get(start..start.checked_add(length)?)?;
        cache_path::find(data, usize::try_from(segment.address).ok()?)
    });
    let place = places.next()?;
    places.next().is_none().then_some(place)
}

/// Where a prepared loader has the path of its cache, and how long that may be; `None` if it is not prepared. What the stub
/// takes for that is `Layout::prepared` of the same file.
pub(super) fn prepared_place(segments: &[Segment]) -> Option<Place> {
    let mut segments = segments.iter();
    let header = segments.find(|it| it.kind == PT_GNU_STACK && it.file_size > 0)?;
    Some(Place {
        address: usize::try_from(header.address).ok()?,
        length: usize::try_from(header.file_size).ok()?,
    })
}

/// What is written down in the library environment `directory`, to be read by `CacheNote::parse`;
/// `None` if there is nothing.
pub fn written_cache_note(directory: &Path) -> Option<Vec<u8>> {
    let target = directory.join(PLACE_NAME).read_link().ok()?;
    Some(target.into_os_string().into_vec())
}

/// What a stub is told of the cache of the library environment `directory` if that is baked in: where its loader has the path of
/// its own, and the extra paths. `None` if there is no cache, or no such place.
///
/// # Errors
/// There is a NUL in the extra paths.
pub fn baked_cache_note(directory: &Path) -> Result<Option<CString>> {
    if !directory.join(CACHE_NAME).is_file() {
        return Ok(None);
    }
    let Some(place) = cache_place(&directory.join(LOADER_NAME)) else {
        return Ok(None);
    };
    let mut text = place.to_string().into_bytes();
    let written = written_cache_note(directory);
    if let Some(note) = written.as_deref().and_then(CacheNote::parse)
        && !note.extra_paths.is_empty()
    {
        text.push(b' ');
        text.extend(note.extra_paths);
    }
    Ok(Some(CString::new(text)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::Architecture;

    #[test]
    fn the_place_is_where_the_hosts_loader_has_the_path() {
        let own = identify(&std::env::current_exe().unwrap()).unwrap();
        let loader = Path::new(Architecture::of(&own).unwrap().loader_path);
        let place = cache_place(loader).unwrap();
        // In glibc's loaders, constants lie in memory as in the file.
        let bytes = fs::read(loader).unwrap();
        let found = &bytes[place.address..][..place.length + 1];
        assert_eq!(found, b"/etc/ld.so.cache\0");
    }

    #[test]
    fn a_loader_without_the_path_or_with_two_of_them_has_no_place() {
        let own = identify(&std::env::current_exe().unwrap()).unwrap();
        let loader = Path::new(Architecture::of(&own).unwrap().loader_path);
        let place = cache_place(loader).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let changed = directory.path().join("ld.so");
        let mut bytes = fs::read(loader).unwrap();
        let text = b"\0/etc/ld.so.cache\0";
        bytes[place.address + 100..][..text.len()].copy_from_slice(text);
        fs::write(&changed, &bytes).unwrap();
        assert_eq!(cache_place(&changed), None, "two");
        bytes[place.address + 100..][..text.len()].fill(b'x');
        fs::write(&changed, &bytes).unwrap();
        assert_eq!(cache_place(&changed), Some(place), "one");
        bytes[place.address] = b'x';
        fs::write(&changed, &bytes).unwrap();
        assert_eq!(cache_place(&changed), None, "none");
    }
}
