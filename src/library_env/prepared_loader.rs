//! The prepared loader of a library environment: a copy of its loader that looks into it by itself.
//!
//! Then `ld.so` is a file, and a link `ld.so.original` leads to the loader that it is a copy of. The stub maps it, and has
//! nothing to write, to ask or to look for. A program may also name it as its loader, and needs no stub then.
//!
//! It is prepared for the path at which programs see the environment. By another path the stub tells it of that, which
//! takes longer. So an environment without one is as good, but for the time: where the path is longer than the loader has
//! room for, `ld.so` is a link to the loader itself.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use loader_stub::cache_path;

use super::cache_place::prepared_place;
use super::{CACHE_NAME, LOADER_NAME, LibraryEnv, ORIGINAL_NAME, cache_place};
use crate::elf::Image;
use crate::surgery::prepared_loader;

impl LibraryEnv {
    /// Has the loader prepared for programs that see this environment at `place`, an absolute path. The loader is read now.
    ///
    /// # Errors
    /// The loader has no room for a path of this length, or is none that can be prepared; or there are extra paths, which
    /// have to be asked for. Then the environment stays as it is.
    pub fn prepare_loader(&mut self, place: &Path) -> Result<()> {
        let cache = place.join(CACHE_NAME);
        let path = cache.as_os_str().as_bytes();
        let operation = || format!("cannot prepare {}", self.loader.display());
        let built_in = self.cache_place.with_context(|| {
            format!(
                "{}: it has no cache path that could be changed",
                operation()
            )
        })?;
        ensure!(
            self.extra_paths.is_empty(),
            "{}: the extra paths have to be looked for at each start",
            operation()
        );
        ensure!(
            path.starts_with(b"/") && !path.contains(&0),
            "{}: {} is no absolute path",
            operation(),
            place.display()
        );
        ensure!(
            path.len() <= built_in.length,
            "{}: {} has {} bytes, and the loader has room for {}; choose a shorter path",
            operation(),
            cache.display(),
            path.len(),
            built_in.length
        );
        let bytes = fs::read(&self.loader).with_context(operation)?;
        let start = built_in.address as u64;
        let room = start..start + built_in.length as u64;
        let prepared = prepared_loader(&bytes, room, path).with_context(operation)?;
        self.prepared_loader = Some(prepared);
        Ok(())
    }
}

/// The path of the cache that the loader at `path` is prepared for; `None` if it is not prepared.
#[must_use]
pub fn prepared_for(path: &Path) -> Option<PathBuf> {
    let bytes = fs::read(path).ok()?;
    let image = Image::parse(&bytes).ok()?;
    let place = prepared_place(&image.segments)?;
    let room = image.from_address(u64::try_from(place.address).ok()?)?;
    let own = cache_path::prepared_path(room.get(..=place.length)?)?;
    Some(OsStr::from_bytes(own).into())
}

/// The canonical path of the loader at `path`; of a prepared one, that of the loader that it is a copy of.
///
/// # Errors
/// There is none.
pub fn original_loader(path: &Path) -> std::io::Result<PathBuf> {
    let real = path.canonicalize()?;
    match real.parent() {
        Some(directory) if real.ends_with(LOADER_NAME) => {
            let original = directory.join(ORIGINAL_NAME);
            match original.is_symlink() {
                true => original.canonicalize(),
                false => Ok(real),
            }
        }
        _ => Ok(real),
    }
}

/// Whether the prepared loader in `directory` is what its original gives for the same path.
pub(super) fn is_unchanged(directory: &Path) -> bool {
    let file = directory.join(LOADER_NAME);
    let again = || {
        let cache = prepared_for(&file)?;
        let original = directory.join(ORIGINAL_NAME);
        let place = cache_place(&original)?;
        let start = place.address as u64;
        let room = start..start + place.length as u64;
        let bytes = fs::read(&original).ok()?;
        prepared_loader(&bytes, room, cache.as_os_str().as_bytes()).ok()
    };
    again().is_some_and(|again| fs::read(&file).is_ok_and(|it| it == again))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library_env::Collection;

    /// An environment of this test's own program, which is a library as good as any.
    fn environment() -> LibraryEnv {
        let program = std::env::current_exe().unwrap();
        let loader = crate::elf::interpreter(&program).unwrap().unwrap();
        let mut collection = Collection::new(&loader).unwrap();
        collection.add_library("liba.so".as_ref(), &program);
        collection.finish().unwrap()
    }

    #[test]
    fn a_path_that_is_longer_than_the_loaders_own_is_refused() {
        let mut env = environment();
        // A host's loader has room for /etc/ld.so.cache and no more.
        let error = env.prepare_loader(Path::new("/long/path")).unwrap_err();
        assert!(error.to_string().contains("has room for 16"), "{error}");
        assert_eq!(env.prepared_loader, None);
        let error = env.prepare_loader(Path::new("nld")).unwrap_err();
        assert!(error.to_string().contains("no absolute path"), "{error}");
    }

    #[test]
    fn a_prepared_loader_says_for_what_and_of_which_it_is_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let mut env = environment();
        env.prepare_loader(Path::new("/nld")).unwrap();
        let directory = env.write(&folder.path().join("d")).unwrap();
        let file = directory.join(LOADER_NAME);
        assert_eq!(prepared_for(&file), Some("/nld/ld.so.cache".into()));
        assert_eq!(prepared_for(&env.loader), None);
        assert_eq!(original_loader(&file).unwrap(), env.loader);
        assert_eq!(original_loader(&env.loader).unwrap(), env.loader);
        assert_eq!(cache_place(&file), env.cache_place);
        assert!(is_unchanged(&directory));
        let mut bytes = fs::read(&file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&file, bytes).unwrap();
        assert!(!is_unchanged(&directory));
    }

    #[test]
    fn one_that_is_read_again_is_the_same() {
        let mut env = environment();
        env.prepare_loader(Path::new("/nld")).unwrap();
        let prepared = env.prepared_loader.clone().unwrap();
        let image = Image::parse(&prepared).unwrap();
        let loads = image.segments.iter().filter(|it| it.kind == 1);
        let shapes: Vec<_> = loads
            .map(|it| (it.flags & 2, it.memory_size - it.file_size))
            .collect();
        assert_eq!(
            shapes,
            [(0, 0), (2, 0)],
            "two segments, all of them in the file"
        );
    }
}
