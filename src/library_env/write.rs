//! Writing an environment as a directory, whole or not at all.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
use tempfile::TempDir;

use super::target::Target;
use super::{CACHE_NAME, KNOWN_PATHS_NAME, LOADER_NAME, LibraryEnv, ORIGINAL_NAME, PLACE_NAME};
use crate::interrupt::Undisturbed;

/// The modes of what is written, whatever the umask: other users' programs read it too.
const DIRECTORY_MODE: u32 = 0o755;
const CACHE_MODE: u32 = 0o644;
const LOADER_MODE: u32 = 0o755;

impl LibraryEnv {
    /// Writes this environment as the directory `out`, and gives its absolute path. An older
    /// environment there is replaced in one step, so a program that starts meanwhile finds either
    /// the old or the new one. The same environment gives the same bytes; if they are there already,
    /// nothing is written.
    ///
    /// # Errors
    /// If `out` is anything but missing, empty or a library environment; if its parent is missing;
    /// or if the file system refuses. Then what was at `out` is as before.
    pub fn write(&self, out: &Path) -> Result<PathBuf> {
        let target = Target::at(out)?;
        let cache = self.cache().map(|cache| cache.serialize()).transpose()?;
        let cache = cache.as_deref();
        if target.is_filled && self.is_written_at(&target.path, cache).unwrap_or(false) {
            return Ok(target.path);
        }

        let _undisturbed = Undisturbed::begin().context("cannot have signals wait")?;
        let mut name = OsString::from(".");
        name.push(target.path.file_name().unwrap_or_default());
        let new = tempfile::Builder::new()
            .prefix(&name)
            .suffix(".new")
            // Nobody else may write to it, whatever the umask is. It is opened to readers once it is finished.
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&target.parent)
            .with_context(|| format!("cannot write in {}", target.parent.display()))?;
        self.fill(new.path(), cache)
            .with_context(|| format!("cannot write {}", new.path().display()))?;

        if target.is_filled {
            replace(new, &target.path)?;
        } else {
            // rename(2) also replaces an empty directory.
            fs::rename(new.path(), &target.path)
                .with_context(|| format!("cannot write {}", target.path.display()))?;
            // It is at its place: nothing is left to be removed.
            let _ = new.keep();
        }
        Ok(target.path)
    }

    /// Writes this environment into a directory that is empty.
    ///
    /// # Errors
    /// If the file system refuses. Then a part of it may be there.
    pub fn write_into(&self, directory: &Path) -> Result<()> {
        let cache = self.cache().map(|cache| cache.serialize()).transpose()?;
        self.fill(directory, cache.as_deref())
            .with_context(|| format!("cannot write {}", directory.display()))
    }

    /// Whether `directory` has these links, this cache and nothing else. Asking is a tenth of the
    /// work of writing, and newer loaders, which notice a new cache, need not read it again.
    fn is_written_at(&self, directory: &Path, cache: Option<&[u8]>) -> io::Result<bool> {
        for (name, path) in &self.libraries {
            if directory.join(name).read_link()? != *path {
                return Ok(false);
            }
        }
        let note = self.cache_note();
        let known_paths = self.known_paths_text();
        let written = |name| directory.join(name).read_link().ok();
        let others = [
            cache.is_some(),
            note.is_some(),
            known_paths.is_some(),
            self.prepared_loader.is_some(),
        ];
        let names = self.libraries.len() + 1 + others.into_iter().filter(|&it| it).count();
        let cache_path = directory.join(CACHE_NAME);
        let mode = |path: &Path| Ok::<_, io::Error>(path.metadata()?.permissions().mode() & 0o777);
        let loader = directory.join(LOADER_NAME);
        let is_loader = match &self.prepared_loader {
            None => loader.read_link()? == self.loader,
            Some(bytes) => {
                written(ORIGINAL_NAME).as_ref() == Some(&self.loader)
                    && !loader.is_symlink()
                    && mode(&loader)? == LOADER_MODE
                    && fs::read(&loader)? == *bytes
            }
        };
        Ok(is_loader
            && written(PLACE_NAME) == note
            && written(KNOWN_PATHS_NAME) == known_paths
            && fs::read_dir(directory)?.count() == names
            && match cache {
                Some(cache) => fs::read(&cache_path)? == cache && mode(&cache_path)? == CACHE_MODE,
                None => true,
            }
            && mode(directory)? == DIRECTORY_MODE)
    }

    fn fill(&self, directory: &Path, cache: Option<&[u8]>) -> io::Result<()> {
        for (name, path) in &self.libraries {
            symlink(path, directory.join(name))?;
        }
        let loader = directory.join(LOADER_NAME);
        match &self.prepared_loader {
            None => symlink(&self.loader, loader)?,
            Some(bytes) => {
                symlink(&self.loader, directory.join(ORIGINAL_NAME))?;
                fs::write(&loader, bytes)?;
                fs::set_permissions(&loader, Permissions::from_mode(LOADER_MODE))?;
            }
        }
        if let Some(note) = self.cache_note() {
            symlink(note, directory.join(PLACE_NAME))?;
        }
        if let Some(known_paths) = self.known_paths_text() {
            symlink(known_paths, directory.join(KNOWN_PATHS_NAME))?;
        }
        if let Some(cache) = cache {
            let cache_path = directory.join(CACHE_NAME);
            fs::write(&cache_path, cache)?;
            fs::set_permissions(&cache_path, Permissions::from_mode(CACHE_MODE))?;
        }
        fs::set_permissions(directory, Permissions::from_mode(DIRECTORY_MODE))
    }
}

/// Puts `new` at `path`, and removes what was there.
fn replace(new: TempDir, path: &Path) -> Result<()> {
    let operation = || format!("cannot replace {}", path.display());
    let exchanged = renameat2(
        AT_FDCWD,
        new.path(),
        AT_FDCWD,
        path,
        RenameFlags::RENAME_EXCHANGE,
    );
    match exchanged {
        Ok(()) => remove_old(new, path),
        Err(Errno::EINVAL | Errno::ENOSYS | Errno::EOPNOTSUPP) => replace_in_two_steps(new, path),
        Err(error) => Err(error).with_context(operation),
    }
}

/// For file systems that cannot exchange two names: for a moment there is nothing at `path`.
fn replace_in_two_steps(new: TempDir, path: &Path) -> Result<()> {
    let operation = || format!("cannot replace {}", path.display());
    let old = new.path().with_extension("old");
    fs::rename(path, &old).with_context(operation)?;
    if let Err(error) = fs::rename(new.path(), path) {
        fs::rename(&old, path)
            .with_context(|| format!("cannot put {} back at {}", old.display(), path.display()))?;
        return Err(error).with_context(operation);
    }
    // The old one takes the place in which the new one was, to be removed with it.
    fs::rename(&old, new.path()).with_context(operation)?;
    remove_old(new, path)
}

fn remove_old(old: TempDir, path: &Path) -> Result<()> {
    let old_path = old.path().to_owned();
    old.close().with_context(|| {
        format!(
            "{} is written, but cannot remove the older one, now at {}",
            path.display(),
            old_path.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::Architecture;

    fn env(library: &str) -> LibraryEnv {
        LibraryEnv {
            loader: "/real/ld.so".into(),
            architecture: Architecture::X86_64,
            c_library: loader_stub::c_library::CLibrary::Glibc,
            cache_place: None,
            extra_paths: Vec::new(),
            known_paths: Vec::new(),
            libraries: [("liba.so".into(), library.into())].into(),
            prepared_loader: None,
        }
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn two_steps_replace_as_well_as_one() {
        let parent = tempfile::tempdir().unwrap();
        let path = env("/old").write(&parent.path().join("d")).unwrap();
        let new = tempfile::tempdir_in(parent.path()).unwrap();
        env("/new").fill(new.path(), Some(b"cache")).unwrap();
        replace_in_two_steps(new, &path).unwrap();
        assert_eq!(
            fs::read_link(path.join("liba.so")).unwrap(),
            Path::new("/new")
        );
        assert_eq!(names(parent.path()), ["d"]);
    }

    #[test]
    fn two_steps_that_fail_leave_the_old_one_at_its_place() {
        let parent = tempfile::tempdir().unwrap();
        let path = env("/old").write(&parent.path().join("d")).unwrap();
        let new = tempfile::tempdir_in(parent.path()).unwrap();
        fs::remove_dir(new.path()).unwrap();
        replace_in_two_steps(new, &path).unwrap_err();
        assert_eq!(
            fs::read_link(path.join("liba.so")).unwrap(),
            Path::new("/old")
        );
        assert_eq!(names(parent.path()), ["d"]);
    }

    #[test]
    fn mapped_paths_are_written_though_they_do_not_exist_here() {
        let parent = tempfile::tempdir().unwrap();
        let mut env = env("/usr/lib/liba.so");
        env.map_paths(|path| Path::new("/host").join(path.strip_prefix("/").unwrap()));
        let path = env.write(&parent.path().join("d")).unwrap();
        assert_eq!(
            fs::read_link(path.join("ld.so")).unwrap(),
            Path::new("/host/real/ld.so")
        );
        let cache = fs::read(path.join("ld.so.cache")).unwrap();
        let cache = crate::loader_cache::LoaderCache::parse(&cache).unwrap();
        let answer = cache.lookup("liba.so".as_ref(), Architecture::X86_64);
        assert_eq!(answer, Some(Path::new("/host/usr/lib/liba.so")));
    }
}
