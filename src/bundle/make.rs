//! What the files of a bundle are made of: the bytes of each.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use loader_stub::entry_records::{BUNDLE, Role, Tag};

use super::contents::{Contents, Item, Make, relative_from_folder};
use super::entry::{EntryFile, Orders, Start};
use super::loader_copy;
use super::place::place;
use super::setting::Setting;
use crate::elf::{Dynamic, Image};
use crate::own_tree::from_origin;
use crate::surgery::{self, Edit, Options, SearchPathChange};

/// Makes the files of a bundle.
#[derive(Debug)]
pub struct Maker<'a> {
    contents: &'a Contents,
    entry: Option<EntryFile>,
    strips: bool,
}

impl<'a> Maker<'a> {
    /// For a bundle with these contents. If it `strips`, what only debuggers and linkers use is left out.
    ///
    /// # Errors
    /// There is no entry for its programs.
    pub fn new(contents: &'a Contents, strips: bool) -> Result<Self> {
        let has_entry = |it: &Item| matches!(it.make, Make::Program { .. } | Make::Launcher { .. });
        let entry = match contents.items.values().any(has_entry) {
            true => Some(EntryFile::installed(contents.architecture()?)?),
            false => None,
        };
        Ok(Self {
            contents,
            entry,
            strips,
        })
    }

    /// The bytes of the file at a place; nothing if it is a link.
    ///
    /// # Errors
    /// Its source cannot be read, or not be changed as it has to be.
    pub fn bytes(&mut self, own: &Path, item: &Item) -> Result<Option<Vec<u8>>> {
        let source = match (&item.make, &item.source) {
            (Make::Bytes(bytes), _) => return Ok(Some(bytes.clone())),
            (Make::Link(_), _) | (_, None) => return Ok(None),
            (_, Some(source)) => source,
        };
        let read = fs::read(source);
        let mut read = read.with_context(|| format!("cannot read {}", source.display()))?;
        self.rewrite(source, &mut read);
        if self.strips && item.make != Make::Copy {
            // What cannot be stripped stays whole.
            read = surgery::stripped(&read).ok().flatten().unwrap_or(read);
        }
        let made = match &item.make {
            Make::Loader { set } => self.loader(&read, *set),
            Make::Library { set } => self.with_search_path(own, source, read, *set),
            Make::Program { set, settings } => self
                .with_search_path(own, source, read, *set)
                .and_then(|bytes| self.with_entry(own, &bytes, *set, settings)),
            Make::Launcher {
                set: Some(set),
                program,
                settings,
            } => self.launcher(own, *set, program, settings),
            Make::Launcher {
                set: None,
                program,
                settings,
            } => self.static_launcher(own, program, settings),
            _ => Ok(read),
        };
        made.map(Some)
            .with_context(|| format!("cannot bundle {}", source.display()))
    }

    /// Puts other texts into a file where they are wanted.
    fn rewrite(&self, source: &Path, bytes: &mut [u8]) {
        for it in self.contents.rewrites.iter().filter(|it| it.file == source) {
            let place = bytes
                .get_mut(it.offset..)
                .and_then(|rest| rest.get_mut(..it.old.len()));
            let Some(place) =
                place.filter(|place| **place == it.old[..] && it.new.len() <= it.old.len())
            else {
                continue;
            };
            place.fill(0);
            place[..it.new.len()].copy_from_slice(&it.new);
        }
    }

    fn loader(&self, bytes: &[u8], set: usize) -> Result<Vec<u8>> {
        let set = &self.contents.sets[set];
        if set.is_of_musl() {
            return Ok(loader_copy::neutral_musl(bytes));
        }
        let loader = self
            .contents
            .closures
            .known_loader(&set.loader)
            .context("its loader was not read")?;
        loader_copy::neutral_glibc(bytes, loader, !self.contents.host.is_empty())
    }

    /// A program or library that finds its libraries in the bundle.
    fn with_search_path(
        &self,
        own: &Path,
        source: &Path,
        mut bytes: Vec<u8>,
        set: usize,
    ) -> Result<Vec<u8>> {
        let Some(set) = self.contents.sets.get(set) else {
            return Ok(bytes);
        };
        let image = Image::parse(&bytes)?;
        let Some(dynamic) = Dynamic::of(&image) else {
            return Ok(bytes);
        };
        let folder = own.parent().unwrap_or(Path::new(""));
        let mut parts = vec![from_origin(folder, &set.folder)];
        for old in self.own_folders(source, &dynamic) {
            let part = from_origin(folder, &old);
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        let parts: Vec<_> = parts.iter().map(|it| it.as_os_str().as_bytes()).collect();
        let mut edits = vec![Edit::SearchPath {
            change: SearchPathChange::Set(parts.join(&b':')),
            force_rpath: false,
        }];
        let by_path = dynamic.dependencies.iter().filter_map(|it| {
            let name = it.name.as_bytes();
            let slash = memchr::memrchr(b'/', name)?;
            Some((name.to_vec(), name[slash + 1..].to_vec()))
        });
        edits.push(Edit::ReplaceNeeded(by_path.collect()));
        let plan = surgery::plan(&bytes, &edits, &Options::default())?;
        surgery::apply(&mut bytes, &plan);
        Ok(bytes)
    }

    /// The folders of a file's own search path that are in the bundle.
    fn own_folders(&self, source: &Path, dynamic: &Dynamic) -> Vec<PathBuf> {
        let list = dynamic.runpath.as_ref().or(dynamic.rpath.as_ref());
        let list = list.map_or(&b""[..], |it| it.as_bytes());
        let origin = source
            .parent()
            .unwrap_or(Path::new("/"))
            .as_os_str()
            .as_bytes();
        let mut folders = Vec::new();
        for part in list.split(|it| *it == b':') {
            let rest = [&b"$ORIGIN"[..], b"${ORIGIN}"]
                .iter()
                .find_map(|it| part.strip_prefix(*it));
            let path = rest.map_or_else(|| part.to_vec(), |rest| [origin, rest].concat());
            let Ok(folder) = Path::new(OsStr::from_bytes(&path)).canonicalize() else {
                continue;
            };
            let folder = place(&folder);
            let has_some = self.contents.items.range(folder.clone()..).next();
            if has_some.is_some_and(|(it, _)| it.starts_with(&folder)) {
                folders.push(folder);
            }
        }
        folders
    }

    fn with_entry(
        &self,
        own: &Path,
        bytes: &[u8],
        set: usize,
        settings: &[Setting],
    ) -> Result<Vec<u8>> {
        let entry = self.entry.as_ref().context("there is no entry")?;
        let orders = self.orders(own, set).with_settings(settings);
        entry.inside(
            bytes,
            &Start {
                role: Role::Inside,
                orders,
            },
        )
    }

    /// A program that has the loader load another one, with the libraries of a set.
    fn launcher(
        &self,
        own: &Path,
        set: usize,
        program: &Path,
        settings: &[Setting],
    ) -> Result<Vec<u8>> {
        let entry = self.entry.as_ref().context("there is no entry")?;
        let in_bundle = |place: &Path| [BUNDLE, b"/", place.as_os_str().as_bytes()].concat();
        let orders = self
            .orders(own, set)
            .with(Tag::First, b"--library-path")
            .with(Tag::First, &in_bundle(&self.contents.sets[set].folder))
            .with(Tag::First, b"--argv0")
            .with(Tag::FirstIsArgv0, b"")
            .with(Tag::First, &in_bundle(program))
            .with_settings(settings);
        entry.launcher(&Start {
            role: Role::Direct,
            orders,
        })
    }

    /// A program that executes another one, which needs no loader.
    fn static_launcher(&self, own: &Path, program: &Path, settings: &[Setting]) -> Result<Vec<u8>> {
        let entry = self.entry.as_ref().context("there is no entry")?;
        let orders = way_up(own)
            .with(Tag::Program, program.as_os_str().as_bytes())
            .with_settings(settings);
        entry.launcher(&Start {
            role: Role::Execute,
            orders,
        })
    }

    /// What an entry is told that hands over to a loader.
    fn orders(&self, own: &Path, set: usize) -> Orders {
        let set = &self.contents.sets[set];
        let orders = way_up(own)
            .with(Tag::Loader, set.folder.join("ld.so").as_os_str().as_bytes())
            .with(Tag::Libraries, set.folder.as_os_str().as_bytes());
        match set.is_of_musl() {
            true => orders.with(Tag::Musl, b""),
            false => orders,
        }
    }
}

/// Where the bundle's folder is, seen from the folder of a program.
fn way_up(own: &Path) -> Orders {
    let up = relative_from_folder(own.parent().unwrap_or(Path::new("")), Path::new(""));
    Orders::default().with(Tag::Up, up.as_os_str().as_bytes())
}
