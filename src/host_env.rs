//! The library environment of a host that is no NixOS: its own loader and libraries.
//!
//! It is made from the host's `/etc/ld.so.cache` and kept in the user's cache directory, under a
//! name that says from which state of that file. So what is there is complete and current, it is
//! made anew when the file changes, and programs that started before keep the one they have.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use crate::elf::Architecture;
use crate::library_env::{Collection, LibraryEnv};
use crate::loader_cache::LoaderCache;

/// Where `ldconfig` keeps the list of the host's libraries.
pub const HOST_CACHE: &str = "/etc/ld.so.cache";

/// How long environments of earlier states are kept, for the sake of programs that still run.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Which library environment of a host.
#[derive(Clone, Copy, Debug)]
pub struct HostEnv<'a> {
    /// The host's list of libraries, [`HOST_CACHE`].
    pub host_cache: &'a Path,
    /// For which programs.
    pub architecture: &'static Architecture,
    /// Where the host's root directory will be when the libraries are used.
    pub host_root: &'a Path,
}

impl HostEnv<'_> {
    /// The directory of this library environment below `directory`, made if it is missing.
    ///
    /// # Errors
    /// The host has no list of libraries or no loader, or the environment cannot be written.
    pub fn ensure(&self, directory: &Path) -> Result<PathBuf> {
        keep(directory, &self.name()?, || {
            let mut env = self.collect()?;
            env.map_paths(|path| self.host_root.join(path.strip_prefix("/").unwrap_or(path)));
            Ok(env)
        })
    }

    /// A name that changes when the host's libraries do, or ldshim itself.
    fn name(&self) -> Result<String> {
        let state = fs::metadata(self.host_cache).with_context(|| self.no_cache())?;
        let moved = if self.host_root == Path::new("/") {
            ""
        } else {
            "-moved"
        };
        Ok(format!(
            "{}{moved}-{}.{:09}-{}-{}-{}",
            self.architecture.nix_system,
            state.mtime(),
            state.mtime_nsec(),
            state.size(),
            state.ino(),
            env!("CARGO_PKG_VERSION")
        ))
    }

    fn collect(&self) -> Result<LibraryEnv> {
        let bytes = fs::read(self.host_cache).with_context(|| self.no_cache())?;
        let cache = LoaderCache::parse(&bytes)
            .map_err(|error| anyhow!("cannot read {}: {error}", self.host_cache.display()))?;
        let mut collection = Collection::new(&host_loader(self.architecture)?)?;
        collection.add_cache(&cache);
        collection.finish()
    }

    fn no_cache(&self) -> String {
        format!(
            "cannot learn from {} where this host's libraries are, so name a library environment \
             with --env",
            self.host_cache.display()
        )
    }
}

/// Where this user's library environments are kept.
///
/// # Errors
/// No variable says where.
pub fn kept_in() -> Result<PathBuf> {
    let named = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let cache = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")));
    let cache = cache.context(
        "found no place for a library environment of this host: set HOME or XDG_CACHE_HOME, or \
         name a library environment with --env",
    )?;
    Ok(cache.join("ldshim"))
}

/// The library environment of this name below `directory`, made if it is missing. Others, made long ago, are removed then.
///
/// # Errors
/// It cannot be made, or not be written.
pub(crate) fn keep(
    directory: &Path,
    name: &str,
    make: impl FnOnce() -> Result<LibraryEnv>,
) -> Result<PathBuf> {
    let place = directory.join(name);
    if place.is_dir() {
        return Ok(place);
    }
    let env = make()?;
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make {}", directory.display()))?;
    if let Err(error) = env.write(&place) {
        // Another process may have been faster; it wrote the same.
        if !place.is_dir() {
            return Err(error).context("cannot keep the library environment of this host");
        }
    }
    remove_outdated(directory);
    Ok(place)
}

/// The host's real loader for an architecture, with links followed.
///
/// # Errors
/// There is none.
pub fn host_loader(architecture: &Architecture) -> Result<PathBuf> {
    let path = Path::new(architecture.loader_path);
    path.canonicalize().with_context(|| {
        format!(
            "this host has no loader {} for {architecture} programs",
            path.display()
        )
    })
}

/// Removes what was made long ago. The next start makes it anew if it is still wanted, and what
/// cannot be removed does no harm.
fn remove_outdated(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let made = entry.metadata().and_then(|metadata| metadata.modified());
        if made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age > KEPT)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::identify;

    fn this_machine() -> &'static Architecture {
        Architecture::of(&identify(&std::env::current_exe().unwrap()).unwrap()).unwrap()
    }

    /// A directory with a copy of the host's list, whose state a test may change.
    fn copied_cache() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let copy = directory.path().join("ld.so.cache");
        fs::copy(HOST_CACHE, &copy).unwrap();
        (directory, copy)
    }

    fn host_env<'a>(host_cache: &'a Path, host_root: &'a str) -> HostEnv<'a> {
        HostEnv {
            host_cache,
            architecture: this_machine(),
            host_root: Path::new(host_root),
        }
    }

    #[test]
    fn it_is_made_once_and_again_when_the_hosts_list_changes() {
        let (directory, cache) = copied_cache();
        let kept = directory.path().join("kept");
        let env = host_env(&cache, "/");
        let first = env.ensure(&kept).unwrap();
        let made = fs::metadata(&first).unwrap();
        let again = env.ensure(&kept).unwrap();
        assert_eq!(again, first);
        assert_eq!(fs::metadata(&again).unwrap().ino(), made.ino());

        let replaced = directory.path().join("replaced");
        fs::copy(&cache, &replaced).unwrap();
        fs::rename(&replaced, &cache).unwrap();
        let second = env.ensure(&kept).unwrap();
        assert_ne!(second, first);
        assert!(first.is_dir(), "programs that run may still need it");
    }

    #[test]
    fn it_leads_to_the_hosts_files_where_they_will_be() {
        let (directory, cache) = copied_cache();
        let loader = host_loader(this_machine()).unwrap();
        let here = host_env(&cache, "/")
            .ensure(&directory.path().join("kept"))
            .unwrap();
        assert_eq!(fs::read_link(here.join("ld.so")).unwrap(), loader);
        assert!(here.join("libc.so.6").exists());

        let moved = host_env(&cache, "/host")
            .ensure(&directory.path().join("kept"))
            .unwrap();
        assert_ne!(moved, here);
        let expected = Path::new("/host").join(loader.strip_prefix("/").unwrap());
        assert_eq!(fs::read_link(moved.join("ld.so")).unwrap(), expected);
    }

    #[test]
    fn what_was_made_long_ago_is_removed() {
        let (directory, cache) = copied_cache();
        let kept = directory.path().join("kept");
        let [old, young] = ["old", "young"].map(|name| kept.join(name));
        for path in [&old, &young] {
            fs::create_dir_all(path).unwrap();
        }
        let long_ago = std::time::SystemTime::now() - KEPT - Duration::from_secs(60);
        fs::File::open(&old)
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
        host_env(&cache, "/").ensure(&kept).unwrap();
        assert!(!old.exists() && young.exists());
    }

    #[test]
    fn a_host_without_a_list_is_told_about_env() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("missing");
        let error = host_env(&missing, "/")
            .ensure(directory.path())
            .unwrap_err();
        assert!(format!("{error:#}").contains("--env"), "{error:#}");
        fs::write(&missing, "no cache").unwrap();
        let error = host_env(&missing, "/")
            .ensure(directory.path())
            .unwrap_err();
        assert!(
            format!("{error:#}").contains("not a loader cache"),
            "{error:#}"
        );
    }
}
