//! The files that a loader opens, each read once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use memmap2::Mmap;
use nix::libc;

use super::guesses::names_in_texts;
use super::mapped::{map, map_file, open_to_read};
use super::object::{Object, Opened};
use super::real_loader::RealLoader;
use crate::elf::{Architecture, Dynamic, Image, Symbols, Wanted};

/// Where to look in a directory, in order.
type Prefixes = Rc<[Vec<u8>]>;

/// Remembers what was opened. It is for one thread and one kind of program.
#[derive(Debug)]
pub struct Files {
    architecture: &'static Architecture,
    subfolders: Vec<Vec<u8>>,
    opened: RefCell<HashMap<Vec<u8>, Opened>>,
    names: RefCell<HashMap<PathBuf, Rc<[OsString]>>>,
    prefixes: RefCell<HashMap<Vec<u8>, Prefixes>>,
    symbols: RefCell<HashMap<PathBuf, Option<Rc<Symbols<Mmap>>>>>,
    unmet: RefCell<HashMap<Vec<PathBuf>, Rc<[Wanted]>>>,
}

impl Files {
    /// For programs of this loader.
    #[must_use]
    pub fn new(loader: &RealLoader) -> Self {
        Self {
            architecture: loader.architecture,
            subfolders: loader.subfolders.clone(),
            opened: RefCell::default(),
            names: RefCell::default(),
            prefixes: RefCell::default(),
            symbols: RefCell::default(),
            unmet: RefCell::default(),
        }
    }

    /// What the loader makes of the file at `path`.
    pub fn open(&self, path: &[u8]) -> Opened {
        if let Some(known) = self.opened.borrow().get(path) {
            return known.clone();
        }
        let opened = open(Path::new(OsStr::from_bytes(path)), self.architecture);
        let mut all = self.opened.borrow_mut();
        all.insert(path.to_vec(), opened.clone());
        opened
    }

    /// The names of libraries in the texts of the library at `path`.
    pub(super) fn names_in_texts(&self, path: &Path) -> Rc<[OsString]> {
        if let Some(known) = self.names.borrow().get(path) {
            return Rc::clone(known);
        }
        let names = names_in(path).unwrap_or_default();
        let mut all = self.names.borrow_mut();
        all.insert(path.to_owned(), Rc::clone(&names));
        names
    }

    /// The symbols of the file at `path`; `None` if they cannot be read.
    pub(super) fn symbols(&self, path: &Path) -> Option<Rc<Symbols<Mmap>>> {
        if let Some(known) = self.symbols.borrow().get(path) {
            return known.clone();
        }
        let symbols = map_file(path).ok().and_then(Symbols::read).map(Rc::new);
        let mut all = self.symbols.borrow_mut();
        all.insert(path.to_owned(), symbols.clone());
        symbols
    }

    /// What the first of these files wants at the start and none of the others has.
    pub(super) fn unmet(&self, files: &[PathBuf]) -> Rc<[Wanted]> {
        if let Some(known) = self.unmet.borrow().get(files) {
            return Rc::clone(known);
        }
        let mut unmet = Vec::new();
        if let Some((own, others)) = files.split_first()
            && let Some(own) = self.symbols(own)
        {
            unmet = own.wanted_at_start();
            let others: Vec<_> = others.iter().filter_map(|it| self.symbols(it)).collect();
            unmet.retain(|wanted| {
                let name = own.name(wanted.symbol);
                !name.is_some_and(|name| others.iter().any(|it| it.has(name, wanted.is_called)))
            });
        }
        let unmet: Rc<[Wanted]> = unmet.into();
        let mut all = self.unmet.borrow_mut();
        all.insert(files.to_vec(), Rc::clone(&unmet));
        unmet
    }

    /// Forgets what was read for the first of these files, which nobody asks for again.
    pub(super) fn forget(&self, files: &[PathBuf]) {
        self.unmet.borrow_mut().remove(files);
        let mut all = self.symbols.borrow_mut();
        files.first().and_then(|it| all.remove(it));
    }

    /// The version of glibc if the file at `path` is a `libc.so.6` of it.
    #[must_use]
    pub fn glibc_version(&self, path: &Path) -> Option<(u32, u32)> {
        match self.open(path.as_os_str().as_bytes()) {
            Opened::Object(object) => object.glibc,
            _ => None,
        }
    }

    /// Where to look in a directory, which has a slash at its end: the folders in it for hardware
    /// capabilities that are there, and then itself. A relative one is always taken to be there.
    pub(super) fn prefixes(&self, directory: &[u8]) -> Prefixes {
        if let Some(known) = self.prefixes.borrow().get(directory) {
            return Rc::clone(known);
        }
        let is_there =
            |path: &Vec<u8>| !path.starts_with(b"/") || Path::new(OsStr::from_bytes(path)).is_dir();
        let prefixes: Prefixes = if is_there(&directory.to_vec()) {
            let all = self.subfolders.iter().map(|it| [directory, it].concat());
            all.filter(is_there).collect()
        } else {
            Rc::default()
        };
        let mut all = self.prefixes.borrow_mut();
        all.insert(directory.to_vec(), Rc::clone(&prefixes));
        prefixes
    }
}

fn names_in(path: &Path) -> Option<Rc<[OsString]>> {
    let bytes = map_file(path).ok()?;
    let image = Image::parse(&bytes).ok()?;
    let dynamic = Dynamic::of(&image)?;
    Some(names_in_texts(&image, &dynamic).into())
}

/// `open_verify` and the first half of `_dl_map_object_from_fd` in glibc's `elf/dl-load.c`.
fn open(path: &Path, architecture: &Architecture) -> Opened {
    let file = match open_to_read(path) {
        Ok(file) => file,
        Err(error) => return Opened::NotThere(error.raw_os_error().unwrap_or(libc::EIO)),
    };
    let Ok(metadata) = file.metadata() else {
        return Opened::Unusable("cannot stat shared object");
    };
    if metadata.is_dir() {
        return Opened::Unusable("cannot read file data: Error 21");
    }
    if !metadata.is_file() || metadata.len() == 0 {
        return Opened::Unusable("file too short");
    }
    match map(&file) {
        Ok(bytes) => {
            let identity = (metadata.dev(), metadata.ino());
            Object::read(&bytes, identity, architecture)
        }
        Err(_) => Opened::Unusable("cannot read file data"),
    }
}
