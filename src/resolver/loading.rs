//! A program while its libraries are loaded: the objects so far, of which the first two are there from the beginning.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::sync::Arc;

use super::files::Files;
use super::found::Found;
use super::object::Object;
use super::tokens::{self, Context};
use super::{Loaded, Program, Start};
use crate::elf::Dynamic;

/// The number of the program among the objects.
pub(super) const PROGRAM: usize = 0;
/// The number of the loader.
pub(super) const LOADER: usize = 1;

/// A program while its libraries are loaded.
pub(super) struct Loading<'a> {
    pub(super) start: &'a Start<'a>,
    pub(super) files: &'a Files,
    /// The directories of `LD_LIBRARY_PATH`.
    pub(super) library_path: Vec<Vec<u8>>,
    pub(super) objects: Vec<Loaded>,
    /// The numbers of the objects, in the order in which the loader looks them through.
    pub(super) chain: Vec<usize>,
    /// Whether to note where each library is looked for.
    pub(super) keeps_looks: bool,
}

impl<'a> Loading<'a> {
    /// The program and the loader, and nothing that they need.
    pub(super) fn new(program: &Program<'_>, start: &'a Start<'a>, files: &'a Files) -> Self {
        let mut loading = Self {
            start,
            files,
            library_path: Vec::new(),
            objects: Vec::new(),
            chain: vec![PROGRAM, LOADER],
            keeps_looks: program.keeps_looks,
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
        loading
    }

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

    /// Adds an object, whose number is returned.
    pub(super) fn add(
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
            looks: Vec::new(),
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

    /// The objects that the loader knows again. It begins with the program, and so it does not see
    /// auxiliary libraries of the program's own, which it has put before it.
    pub(super) fn visible(&self) -> &[usize] {
        let is_program = |&object: &usize| object == PROGRAM;
        let start = self.chain.iter().position(is_program);
        &self.chain[start.unwrap_or(0)..]
    }
}

/// The folder of the file at an absolute path.
fn folder(path: &Path) -> Vec<u8> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    folder.as_os_str().as_bytes().to_vec()
}
