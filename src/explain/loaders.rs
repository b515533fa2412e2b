//! Real loaders and their caches, each read once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use memmap2::Mmap;

use super::Plan;
use crate::loader_cache::CacheFile;
use crate::resolver::{self, Files, Machine, Program, RealLoader, Resolution, Start, map_file};

/// A loader of glibc, and the files that were opened for it.
#[derive(Debug)]
pub(super) struct Loader {
    pub built_in: RealLoader,
    pub files: Files,
}

/// Those that were read.
#[derive(Debug, Default)]
pub(super) struct Loaders {
    loaders: RefCell<HashMap<PathBuf, Option<Rc<Loader>>>>,
    caches: RefCell<HashMap<PathBuf, Option<Rc<CacheFile<Mmap>>>>>,
}

impl Loaders {
    /// What the loader of a plan does with a program, if there is one.
    pub fn resolve(
        &self,
        program: &Program<'_>,
        plan: &Plan,
        preload: Option<OsString>,
        is_secure: bool,
    ) -> (Option<Rc<Loader>>, Option<Resolution>) {
        let loader = match &plan.loader {
            Some(choice) => self.loader(&choice.path),
            None => None,
        };
        let resolution = loader.as_ref().map(|loader| {
            let cache = plan
                .cache(&loader.built_in)
                .and_then(|path| self.cache(&path));
            let start = Start {
                loader: &loader.built_in,
                cache: cache.as_deref(),
                library_path: plan.library_path.clone(),
                preload,
                is_secure,
            };
            resolver::resolve(program, &start, &loader.files)
        });
        (loader, resolution)
    }

    fn loader(&self, path: &Path) -> Option<Rc<Loader>> {
        let mut known = self.loaders.borrow_mut();
        let loader = known.entry(path.to_owned()).or_insert_with(|| {
            let built_in = RealLoader::read(path, Machine::this).ok()?;
            let files = Files::new(&built_in);
            Some(Rc::new(Loader { built_in, files }))
        });
        loader.clone()
    }

    fn cache(&self, path: &Path) -> Option<Rc<CacheFile<Mmap>>> {
        let mut known = self.caches.borrow_mut();
        let cache = known.entry(path.to_owned()).or_insert_with(|| {
            let bytes = map_file(path).ok()?;
            CacheFile::new(bytes).ok().map(Rc::new)
        });
        cache.clone()
    }
}
