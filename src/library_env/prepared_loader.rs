//! A loader that looks into a library environment by itself: a copy of the environment's loader with the path of the
//! environment's cache in the place of its own.
//!
//! A program can name it as its loader, and needs no stub then. Its file is the loader's in all else, so debuggers and
//! profilers find the loader's symbols by its build-id.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{CACHE_NAME, LOADER_NAME, cache_place};
use crate::whole_file;

/// Programs of all users start by it.
const MODE: u32 = 0o755;

/// Writes the prepared loader of the library environment `directory` to `out`, in place of what is there.
///
/// # Errors
/// The environment has no cache, its path is longer than the loader has room for, or the file system refuses.
pub fn write_prepared_loader(directory: &Path, out: &Path) -> Result<()> {
    let operation = || format!("cannot write {}", out.display());
    let real = directory.canonicalize();
    let real = real.with_context(|| format!("cannot use {}", directory.display()))?;
    let cache = real.join(CACHE_NAME);
    ensure!(
        cache.is_file(),
        "cannot use {}: it is no library environment with a cache; `ldshim env build` makes one",
        directory.display()
    );
    let loader = real.join(LOADER_NAME);
    let mut bytes =
        fs::read(&loader).with_context(|| format!("cannot read {}", loader.display()))?;
    let place = cache_place(&loader).with_context(|| {
        format!(
            "{}: {} has no cache path that could be changed",
            operation(),
            loader.display()
        )
    })?;
    let path = cache.as_os_str().as_bytes();
    ensure!(
        path.len() <= place.length,
        "{}: {} has {} bytes, and the loader has room for {}; choose a shorter path",
        operation(),
        cache.display(),
        path.len(),
        place.length
    );
    // The rest of the old path has to go: the loader reads up to the first NUL.
    let old = bytes.get_mut(place.address..place.address + place.length);
    let old = old.with_context(|| format!("{}: {} is cut off", operation(), loader.display()))?;
    old.fill(0);
    old[..path.len()].copy_from_slice(path);

    whole_file::write(out, &bytes, MODE).with_context(operation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library_env::Collection;

    #[test]
    fn what_is_no_library_environment_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_prepared_loader(folder.path(), &folder.path().join("ld.so")).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("no library environment with a cache"),
            "{error}"
        );
    }

    #[test]
    fn a_path_that_is_longer_than_the_loaders_own_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let loader = crate::elf::interpreter(&std::env::current_exe().unwrap());
        let loader = loader.unwrap().unwrap();
        let mut collection = Collection::new(&loader).unwrap();
        collection.add_library("liba.so".as_ref(), &std::env::current_exe().unwrap());
        let real = loader.canonicalize().unwrap();
        collection.add_package(real.parent().unwrap()).unwrap();
        let directory = folder.path().join("environment");
        let directory = collection.finish().unwrap().write(&directory).unwrap();
        let out = folder.path().join("ld.so");
        // A host's loader has room for /etc/ld.so.cache and no more.
        let error = write_prepared_loader(&directory, &out).unwrap_err();
        assert!(error.to_string().contains("has room for 16"), "{error}");
        assert!(!out.exists());
    }
}
