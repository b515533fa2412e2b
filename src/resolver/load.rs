//! What is loaded, in which order: `_dl_map_object_deps` in glibc's `elf/dl-deps.c`.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use super::files::Files;
use super::found::Failure;
use super::loading::{Loading, PROGRAM};
use super::{Edge, Program, Resolution, Start, tokens, versions};
use crate::elf::{Dependency, DependencyKind};

/// As often as this no loader moves libraries: they name each other, and it never ends.
const MOST_MOVES: usize = 1 << 12;

/// What is said of that; the loader itself says nothing.
const NEVER_ENDS: &str = "auxiliary libraries name each other, and the loader never ends";

/// Loads all that a program needs, as far as it gets.
pub(super) fn load(program: &Program<'_>, start: &Start<'_>, files: &Files) -> Resolution {
    let mut loading = Loading::new(program, start, files);
    let preloads = loading.preload();
    let roots = [&[PROGRAM], &preloads.loaded[..]].concat();
    let mut failure = loading.load_needed(&roots).err();
    if let (Some(library), None) = (&program.loads, &failure) {
        failure = loading.load_later(library).err();
    }
    let versions = versions::missing(&loading.objects, loading.visible());
    let symbols = if failure.is_none() && versions.is_empty() {
        loading.missing_symbols(program)
    } else {
        Vec::new()
    };
    let probes = loading.probe_all(program);
    Resolution {
        objects: loading.objects,
        order: loading.chain,
        failure,
        preload_failures: preloads.failures,
        missing_versions: versions,
        missing_symbols: symbols,
        probes,
    }
}

impl Loading<'_> {
    /// Loads a library by its path, and what it needs, as dlopen does.
    fn load_later(&mut self, library: &Path) -> Result<(), Failure> {
        let object = self.map(PROGRAM, library.as_os_str())?;
        self.load_needed(&[object])
    }

    /// Loads what these objects need, breadth first. An auxiliary library comes before the object that asks for it.
    fn load_needed(&mut self, roots: &[usize]) -> Result<(), Failure> {
        let mut list: Vec<(usize, bool)> = roots.iter().map(|&object| (object, false)).collect();
        let mut listed: HashSet<usize> = list.iter().map(|&(object, _)| object).collect();
        let mut at = 0;
        let mut moves = 0;
        while at < list.len() {
            let object = list[at].0;
            list[at].1 = true;
            self.objects[object].needs.clear();
            let mut place = at;
            for dependency in self.objects[object].dynamic().dependencies.clone() {
                let Some(name) = self.dependency_name(object, &dependency)? else {
                    continue;
                };
                let dependency_object = match (self.map(object, &name), dependency.kind) {
                    (Ok(number), _) => number,
                    (Err(_), DependencyKind::Auxiliary) => continue,
                    (Err(failure), _) => return Err(failure),
                };
                self.objects[object].needs.push(Edge {
                    name: dependency.name,
                    kind: dependency.kind,
                    object: dependency_object,
                });
                let is_new = listed.insert(dependency_object);
                if dependency.kind == DependencyKind::Needed {
                    if is_new {
                        list.push((dependency_object, false));
                    }
                    continue;
                }
                if !is_new {
                    let later = list[place + 1..]
                        .iter()
                        .position(|it| it.0 == dependency_object);
                    let Some(later) = later else { continue };
                    moves += 1;
                    if moves > MOST_MOVES {
                        return Err(Failure::new(name.as_bytes(), NEVER_ENDS));
                    }
                    list.remove(place + 1 + later);
                }
                list.insert(place, (dependency_object, false));
                place += 1;
                self.move_before(dependency_object, object);
            }
            while list.get(at).is_some_and(|&(_, is_done)| is_done) {
                at += 1;
            }
        }
        Ok(())
    }

    /// The name by which a dependency is searched for; `None` if the loader does not search for it.
    fn dependency_name(
        &self,
        object: usize,
        dependency: &Dependency,
    ) -> Result<Option<OsString>, Failure> {
        let name = dependency.name.as_bytes();
        if !tokens::has_token(name) {
            return Ok(Some(dependency.name.clone()));
        }
        let failure = |message| Failure::new(name, message);
        if self.start.is_secure {
            return Err(failure("DST not allowed in SUID/SGID programs"));
        }
        match tokens::expand(name, self.context(object)) {
            Some(name) => Ok(Some(OsString::from_vec(name))),
            None if dependency.kind == DependencyKind::Auxiliary => {
                Err(failure("empty dynamic string token substitution"))
            }
            None => Ok(None),
        }
    }

    /// Why the library that `requester` loads later by this name cannot be loaded; `None` if it can. Nothing stays loaded.
    pub(super) fn trouble_with(&mut self, requester: usize, name: &OsStr) -> Option<String> {
        let (objects, chain) = (self.objects.clone(), self.chain.clone());
        let known = objects.len();
        let loaded = self
            .map(requester, name)
            .and_then(|number| match number < known {
                true => Ok(()),
                false => self.load_needed(&[number]),
            });
        let trouble = match loaded {
            Err(failure) => Some(format!("{}: {}", failure.name.display(), failure.message)),
            Ok(()) => self.trouble_from(known),
        };
        (self.objects, self.chain) = (objects, chain);
        trouble
    }

    /// What the objects from this number on miss first.
    fn trouble_from(&self, first: usize) -> Option<String> {
        let name = |number: usize| match &self.objects[number].path {
            Some(path) => path
                .file_name()
                .unwrap_or(path.as_os_str())
                .display()
                .to_string(),
            None => "the program".to_owned(),
        };
        if let Some(missing) = self.objects[first..].iter().find(|it| it.is_missing()) {
            let by = name(missing.requested_by.unwrap_or_default());
            return Some(format!(
                "{} is missing (needed by {by})",
                missing.names[0].display()
            ));
        }
        let all = versions::missing(&self.objects, self.visible());
        let lacking = all.into_iter().find(|it| it.wanted_by >= first)?;
        let (library, by) = (name(lacking.library), name(lacking.wanted_by));
        let version = lacking.version.display();
        Some(format!(
            "{library} has no version {version} (needed by {by})"
        ))
    }

    fn move_before(&mut self, object: usize, other: usize) {
        self.chain.retain(|&it| it != object);
        let at = self.chain.iter().position(|&it| it == other).unwrap_or(0);
        self.chain.insert(at, object);
    }
}
