//! The object that another gets by a name: `_dl_map_object` in glibc's `elf/dl-load.c`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::found::{Failure, Found};
use super::loading::{LOADER, Loading, PROGRAM};
use super::search::Outcome;

impl Loading<'_> {
    /// The object that `requester` gets by a name, loaded if it is not there yet.
    pub(super) fn map(&mut self, requester: usize, name: &OsStr) -> Result<usize, Failure> {
        let is_named = |&&object: &&usize| self.objects[object].answers_to(name);
        if let Some(&known) = self.visible().iter().find(is_named) {
            self.objects[known].add_name(name);
            return Ok(known);
        }
        let mut looks = Vec::new();
        let (found, path, object) = match self.search(requester, name, &mut looks)? {
            Outcome::Found(found, path, object) => {
                let is_same = |&&number: &&usize| {
                    let known = &self.objects[number];
                    let is_file = number != PROGRAM && number != LOADER;
                    is_file
                        && known
                            .object
                            .as_ref()
                            .is_some_and(|it| it.identity == object.identity)
                };
                if let Some(&known) = self.visible().iter().find(is_same) {
                    self.objects[known].add_name(name);
                    return Ok(known);
                }
                (found, Some(path), Some(object))
            }
            Outcome::Missing(passed) => (Found::Nowhere(passed), None, None),
        };
        let origin = path.as_deref().map_or(Vec::new(), origin_of);
        let number = self.add(found, path, vec![name.to_owned()], origin, object);
        self.objects[number].requested_by = Some(requester);
        self.objects[number].looks = looks;
        self.chain.push(number);
        Ok(number)
    }
}

/// The `$ORIGIN` of a library: the folder of its path, as it was found, links and all.
fn origin_of(path: &[u8]) -> Vec<u8> {
    let mut path = path.to_vec();
    if !path.starts_with(b"/") {
        let current = std::env::current_dir().unwrap_or_default();
        path = [current.as_os_str().as_bytes(), b"/", &path].concat();
    }
    let slash = memchr::memrchr(b'/', &path).unwrap_or(0);
    path.truncate(slash.max(1));
    path
}
