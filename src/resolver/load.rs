//! What is loaded, in which order: `_dl_map_object_deps` in glibc's `elf/dl-deps.c`.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::sync::Arc;

use super::files::Files;
use super::object::Object;
use super::search::{Failure, Found, Outcome};
use super::tokens::{self, Context};
use super::{Edge, Loaded, Program, Resolution, Start, versions};
use crate::elf::{Dependency, DependencyKind, Dynamic};

/// The number of the program among the objects.
pub(super) const PROGRAM: usize = 0;
/// The number of the loader.
pub(super) const LOADER: usize = 1;

/// As often as this no loader moves libraries: they name each other, and it never ends.
const MOST_MOVES: usize = 1 << 12;

/// What is said of that; the loader itself says nothing.
const NEVER_ENDS: &str = "auxiliary libraries name each other, and the loader never ends";

/// A program while its libraries are loaded.
pub(super) struct Loading<'a> {
    pub(super) start: &'a Start<'a>,
    pub(super) files: &'a Files,
    /// The directories of `LD_LIBRARY_PATH`.
    pub(super) library_path: Vec<Vec<u8>>,
    pub(super) objects: Vec<Loaded>,
    /// The numbers of the objects, in the order in which the loader looks them through.
    pub(super) chain: Vec<usize>,
}

/// Loads all that a program needs, as far as it gets.
pub(super) fn load(program: &Program<'_>, start: &Start<'_>, files: &Files) -> Resolution {
    let mut loading = Loading {
        start,
        files,
        library_path: Vec::new(),
        objects: Vec::new(),
        chain: vec![PROGRAM, LOADER],
    };
    loading.add_program(program);
    loading.add_loader(program);
    if let Some(list) = &start.library_path
        && !start.is_secure
        && !list.is_empty()
    {
        let context = loading.context(PROGRAM);
        loading.library_path = tokens::directories(list.as_bytes(), b":;", context);
    }
    let preloads = loading.preload();
    let failure = loading.load_needed(&preloads.loaded).err();
    let versions = versions::missing(&loading.objects, loading.visible());
    let probes = loading.probe_all(&program.may_load);
    Resolution {
        objects: loading.objects,
        order: loading.chain,
        failure,
        preload_failures: preloads.failures,
        missing_versions: versions,
        probes,
    }
}

impl Loading<'_> {
    fn add_program(&mut self, program: &Program<'_>) {
        let object = Arc::clone(&program.object);
        // The kernel has loaded it, so the loader knows neither its name nor its file.
        self.add(
            Found::Program,
            None,
            Vec::new(),
            folder(program.path),
            Some(object),
        );
    }

    fn add_loader(&mut self, program: &Program<'_>) {
        let loader = self.start.loader;
        let path = program.interpreter.clone();
        let path = path.unwrap_or_else(|| loader.path.clone().into_os_string());
        let object = Object {
            identity: (0, 0),
            dynamic: Dynamic {
                soname: loader.soname.clone(),
                versions_offered: loader.versions_offered.clone(),
                ..Dynamic::default()
            },
            glibc: None,
            dlopen_notes: Vec::new(),
        };
        let names = std::iter::once(path.clone())
            .chain(loader.soname.clone())
            .collect();
        let path = path.into_vec();
        self.add(
            Found::Loader,
            Some(path),
            names,
            Vec::new(),
            Some(Arc::new(object)),
        );
    }

    fn add(
        &mut self,
        found: Found,
        path: Option<Vec<u8>>,
        names: Vec<OsString>,
        origin: Vec<u8>,
        object: Option<Arc<Object>>,
    ) -> usize {
        let number = self.objects.len();
        self.objects.push(Loaded {
            path: path.map(|path| OsString::from_vec(path).into()),
            found,
            requested_by: None,
            needs: Vec::new(),
            object,
            names,
            origin,
            rpath: Vec::new(),
            runpath: Vec::new(),
        });
        let dynamic = self.objects[number].dynamic();
        let list = |list: &Option<OsString>| match list {
            Some(list) if !list.is_empty() => {
                tokens::directories(list.as_bytes(), b":", self.context(number))
            }
            _ => Vec::new(),
        };
        // If there are both, DT_RPATH does not count.
        let rpath = match dynamic.runpath {
            Some(_) => Vec::new(),
            None => list(&dynamic.rpath),
        };
        let runpath = list(&dynamic.runpath);
        self.objects[number].rpath = rpath;
        self.objects[number].runpath = runpath;
        number
    }

    /// For expanding a text of this object.
    pub(super) fn context(&self, object: usize) -> Context<'_> {
        Context {
            loader: self.start.loader,
            origin: &self.objects[object].origin,
            is_program: object == PROGRAM,
            is_secure: self.start.is_secure,
        }
    }

    /// `_dl_map_object`: the object that `requester` gets by a name, loaded if it is not there yet.
    pub(super) fn map(&mut self, requester: usize, name: &OsStr) -> Result<usize, Failure> {
        let is_named = |&&object: &&usize| self.objects[object].answers_to(name);
        if let Some(&known) = self.visible().iter().find(is_named) {
            self.objects[known].add_name(name);
            return Ok(known);
        }
        let (found, path, object) = match self.search(requester, name)? {
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
        self.chain.push(number);
        Ok(number)
    }

    /// The objects that the loader knows again. It begins with the program, and so it does not see
    /// auxiliary libraries of the program's own, which it has put before it.
    fn visible(&self) -> &[usize] {
        let is_program = |&object: &usize| object == PROGRAM;
        let start = self.chain.iter().position(is_program);
        &self.chain[start.unwrap_or(0)..]
    }

    /// Breadth first. An auxiliary library comes before the object that asks for it.
    fn load_needed(&mut self, preloads: &[usize]) -> Result<(), Failure> {
        let mut list: Vec<(usize, bool)> = vec![(PROGRAM, false)];
        list.extend(preloads.iter().map(|&object| (object, false)));
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

    fn move_before(&mut self, object: usize, other: usize) {
        self.chain.retain(|&it| it != object);
        let at = self.chain.iter().position(|&it| it == other).unwrap_or(0);
        self.chain.insert(at, object);
    }
}

/// The folder of the file at an absolute path.
fn folder(path: &Path) -> Vec<u8> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    folder.as_os_str().as_bytes().to_vec()
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
