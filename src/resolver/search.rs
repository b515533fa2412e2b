//! Where the loader searches for a name: `_dl_map_new_object` and `open_path` in glibc's
//! `elf/dl-load.c`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::Arc;

use nix::errno::Errno;
use nix::libc::{EACCES, ENOENT, ENOTDIR};

use super::found::{Failure, Found, Look, Passed};
use super::loading::Loading;
use super::object::{Object, Opened};
use super::tokens;

/// `DF_1_NODEFLIB`: nothing from the loader's own directories.
const DF_1_NODEFLIB: u64 = 0x800;

/// What a search came to.
pub(super) enum Outcome {
    Found(Found, Vec<u8>, Arc<Object>),
    Missing(Vec<Passed>),
}

/// What the search for one name has met so far.
struct Search<'s> {
    name: &'s [u8],
    passed: Vec<Passed>,
    /// Where it was looked for, if somebody wants to know.
    looks: Option<&'s mut Vec<Look>>,
}

impl Search<'_> {
    fn note(&mut self, via: &Found, path: Option<&[u8]>, result: &'static str) {
        if let Some(looks) = &mut self.looks {
            looks.push(Look {
                via: via.clone(),
                path: path.map(|it| OsStr::from_bytes(it).into()),
                result,
            });
        }
    }
}

type Hit = Option<(Vec<u8>, Arc<Object>)>;

impl Loading<'_> {
    /// Searches for `name` as the object `requester` asks for it.
    pub(super) fn search(
        &self,
        requester: usize,
        name: &OsStr,
        looks: &mut Vec<Look>,
    ) -> Result<Outcome, Failure> {
        let mut search = Search {
            name: name.as_bytes(),
            passed: Vec::new(),
            looks: self.keeps_looks.then_some(looks),
        };
        let (found, hit) = if name.as_bytes().contains(&b'/') {
            (Found::ByPath, self.by_path(requester, &mut search)?)
        } else {
            self.by_name(requester, &mut search)?
        };
        Ok(match hit {
            Some((path, object)) => Outcome::Found(found, path, object),
            None => Outcome::Missing(search.passed),
        })
    }

    fn by_path(&self, requester: usize, search: &mut Search<'_>) -> Result<Hit, Failure> {
        match tokens::expand(search.name, self.context(requester)) {
            Some(path) => self.open(&Found::ByPath, path, search),
            None => Ok(None),
        }
    }

    fn by_name(&self, requester: usize, search: &mut Search<'_>) -> Result<(Found, Hit), Failure> {
        let asking = &self.objects[requester];
        let dynamic = asking.dynamic();
        if dynamic.runpath.is_none() {
            for ancestor in self.rpath_chain(requester) {
                let found = Found::Rpath(ancestor);
                let hit = self.in_directories(&found, &self.objects[ancestor].rpath, search)?;
                if hit.is_some() {
                    return Ok((found, hit));
                }
            }
        }
        let hit = self.in_directories(&Found::LibraryPath, &self.library_path, search)?;
        if hit.is_some() {
            return Ok((Found::LibraryPath, hit));
        }
        let hit = self.in_directories(&Found::Runpath, &asking.runpath, search)?;
        if hit.is_some() {
            return Ok((Found::Runpath, hit));
        }
        let no_default = dynamic.flags_1 & DF_1_NODEFLIB != 0;
        let hit = self.in_cache(no_default, search)?;
        if hit.is_some() || no_default {
            return Ok((Found::Cache, hit));
        }
        let directories = &self.start.loader.system_dirs;
        let hit = self.in_directories(&Found::SystemDirectory, directories, search)?;
        Ok((Found::SystemDirectory, hit))
    }

    /// The objects whose RPATH counts: the one that asks, those through which it was loaded, and
    /// the program, each once.
    fn rpath_chain(&self, requester: usize) -> Vec<usize> {
        let next = |&object: &usize| self.objects[object].requested_by;
        let mut chain: Vec<_> = std::iter::successors(Some(requester), next).collect();
        if !chain.contains(&0) {
            chain.push(0);
        }
        chain
    }

    fn in_directories(
        &self,
        via: &Found,
        directories: &[Vec<u8>],
        search: &mut Search<'_>,
    ) -> Result<Hit, Failure> {
        for directory in directories {
            let mut errno = ENOENT;
            let prefixes = self.files.prefixes(directory);
            if prefixes.is_empty() {
                search.note(via, Some(directory), "no such directory");
            }
            for prefix in &*prefixes {
                let path = [prefix, search.name].concat();
                match self.files.open(&path) {
                    Opened::NotThere(reason) => {
                        search.note(via, Some(&path), Errno::from_raw(reason).desc());
                        errno = reason;
                    }
                    _ => {
                        let hit = self.open(via, path, search)?;
                        if hit.is_some() {
                            return Ok(hit);
                        }
                        errno = ENOENT;
                    }
                }
            }
            if ![ENOENT, EACCES, ENOTDIR].contains(&errno) {
                break;
            }
        }
        Ok(None)
    }

    fn in_cache(&self, no_default: bool, search: &mut Search<'_>) -> Result<Hit, Failure> {
        let loader = self.start.loader;
        let Some(cache) = self.start.cache else {
            search.note(&Found::Cache, None, "there is none");
            return Ok(None);
        };
        let name = OsStr::from_bytes(search.name);
        let cached = cache.lookup(name, loader.architecture, &loader.hwcaps, loader.isa_level);
        let Some(path) = cached.map(|path| path.as_os_str().as_bytes()) else {
            search.note(&Found::Cache, None, "does not list it");
            return Ok(None);
        };
        let mut system_dirs = loader.system_dirs.iter();
        if no_default && system_dirs.any(|it| path.starts_with(it)) {
            let result =
                "in one of the loader's own directories, which do not count (DF_1_NODEFLIB)";
            search.note(&Found::Cache, Some(path), result);
            return Ok(None);
        }
        if let Opened::NotThere(_) = self.files.open(path) {
            search.passed.push(Passed {
                path: OsStr::from_bytes(path).into(),
                reason: Passed::NOT_THERE,
            });
        }
        self.open(&Found::Cache, path.to_vec(), search)
    }

    fn open(&self, via: &Found, path: Vec<u8>, search: &mut Search<'_>) -> Result<Hit, Failure> {
        match self.files.open(&path) {
            Opened::Object(object) => {
                search.note(via, Some(&path), Look::TAKEN);
                return Ok(Some((path, object)));
            }
            Opened::NotThere(reason) => {
                search.note(via, Some(&path), Errno::from_raw(reason).desc());
            }
            Opened::Foreign(reason) => {
                search.note(via, Some(&path), reason);
                search.passed.push(Passed {
                    path: OsString::from_vec(path).into(),
                    reason,
                });
            }
            Opened::Unusable(message) => return Err(Failure::new(&path, message)),
            Opened::Unloadable(message) => return Err(Failure::new(search.name, message)),
        }
        Ok(None)
    }
}
