//! Answering from an index.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use memchr::memmem::Finder;
use memmap2::Mmap;

use super::compact::{Compact, Damaged, PackageRecord, Posting, Strings};
use super::{Pattern, Place, Provider, Query, Source, rank, store_path};
use crate::drivers::is_driver_library;
use crate::resolver::map_file;

/// An index, opened: what was imported, and what was added.
#[derive(Debug)]
pub struct Index {
    nixpkgs: Option<Layer>,
    local: Option<Layer>,
}

/// One file of an index.
#[derive(Debug)]
struct Layer {
    path: PathBuf,
    file: Compact<Mmap>,
    source: Source,
}

/// A provider, and whether its library is a link into another store path.
type Candidate = (Provider, bool);

impl Index {
    /// Opens the user's index; `None` if there is none.
    ///
    /// # Errors
    /// It cannot be read, or is damaged.
    pub fn open_default() -> Result<Option<Self>> {
        Self::open(&Place::of_user()?)
    }

    /// Opens the index at a place; `None` if there is none.
    ///
    /// # Errors
    /// It cannot be read, or is damaged.
    pub fn open(place: &Place) -> Result<Option<Self>> {
        let nixpkgs = Layer::open_first(place.imports(), Source::Nixpkgs)?;
        let local = Layer::open(place.local(), Source::Local)?;
        let is_there = nixpkgs.is_some() || local.is_some();
        Ok(is_there.then_some(Self { nixpkgs, local }))
    }

    /// The revision of nixpkgs that was imported, if that is known.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        self.nixpkgs.as_ref()?.file.info().revision.as_deref()
    }

    /// The file that tells of nixpkgs, if there is one.
    #[must_use]
    pub fn nixpkgs(&self) -> Option<&Path> {
        Some(&self.nixpkgs.as_ref()?.path)
    }

    /// For which system the packages are, as Nix names it, if that is known.
    #[must_use]
    pub fn system(&self) -> Option<&str> {
        self.nixpkgs.as_ref()?.file.info().system.as_deref()
    }

    /// From which packages a library of this file name may be taken, the best first. The graphics driver's own libraries
    /// come from none, whatever packages have files of their names.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn providers(&self, name: &str) -> Result<Vec<Provider>> {
        if is_driver_library(name) {
            return Ok(Vec::new());
        }
        self.search(&Query::Name(name.to_owned()))
    }

    /// Who has what a user looks for, the best first.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn search(&self, query: &Query) -> Result<Vec<Provider>> {
        let search = |layer: &Option<Layer>| layer.as_ref().map(|it| it.search(query));
        let nixpkgs = search(&self.nixpkgs).transpose()?.unwrap_or_default();
        let mut local = search(&self.local).transpose()?.unwrap_or_default();
        // Store paths that were garbage-collected since.
        local.retain(|(provider, _)| provider.store_path.exists());
        let ranked = |(provider, is_link)| (rank::rank(&provider, is_link), provider);
        let mut all: Vec<_> = merge(nixpkgs, local).into_iter().map(ranked).collect();
        all.sort_unstable_by(|(a, first), (b, second)| {
            a.cmp(b).then_with(|| rank::by_name(first, second))
        });
        Ok(all.into_iter().map(|(_, provider)| provider).collect())
    }
}

/// What is in both lists, once: attributes are known of nixpkgs, versions of local store paths.
fn merge(mut nixpkgs: Vec<Candidate>, local: Vec<Candidate>) -> Vec<Candidate> {
    if local.is_empty() {
        return nixpkgs;
    }
    let key = |it: &Candidate| (it.0.store_path.clone(), it.0.path.clone());
    let mut places = HashMap::new();
    for (place, candidate) in nixpkgs.iter().enumerate() {
        places.insert(key(candidate), place);
    }
    for candidate in local {
        match places.get(&key(&candidate)) {
            Some(&place) => {
                let provider = &mut nixpkgs[place].0;
                provider.versions = candidate.0.versions;
                provider.source = Source::Local;
            }
            None => nixpkgs.push(candidate),
        }
    }
    nixpkgs
}

impl Layer {
    /// The first that can be used. What another version of ldshim has made for the system is no reason to fail.
    fn open_first(paths: Vec<PathBuf>, source: Source) -> Result<Option<Self>> {
        let mut failure = Ok(None);
        for path in paths {
            match Self::open(path, source) {
                Ok(None) => {}
                Err(error) if failure.is_ok() => failure = Err(error),
                Err(_) => {}
                opened => return opened,
            }
        }
        failure
    }

    fn open(path: PathBuf, source: Source) -> Result<Option<Self>> {
        let bytes = match map_file(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("cannot read the index {}", path.display()));
            }
        };
        match Compact::new(bytes) {
            Ok(file) => Ok(Some(Self { path, file, source })),
            Err(damaged) => Err(damage(&path, source, damaged)),
        }
    }

    fn search(&self, query: &Query) -> Result<Vec<Candidate>> {
        self.candidates(query)
            .map_err(|damaged| damage(&self.path, self.source, damaged))
    }

    fn candidates(&self, query: &Query) -> Result<Vec<Candidate>, Damaged> {
        match query {
            Query::Name(name) => self.named(name, |_| Ok(true)),
            Query::Path(folder, name) => {
                let texts = self.file.texts()?;
                self.named(name, |posting| Ok(texts.get(posting.folder)? == *folder))
            }
            Query::Names(pattern) => self.names(pattern),
            Query::Paths(pattern) => self.paths(pattern),
        }
    }

    /// Libraries of this name for which `is_wanted`.
    fn named(
        &self,
        name: &str,
        is_wanted: impl Fn(Posting) -> Result<bool, Damaged>,
    ) -> Result<Vec<Candidate>, Damaged> {
        let mut candidates = Vec::new();
        if let Some(number) = self.file.names()?.find(name)? {
            for posting in self.file.postings(number)? {
                let posting = posting?;
                if is_wanted(posting)? {
                    candidates.push(self.candidate(name, posting)?);
                }
            }
        }
        Ok(candidates)
    }

    /// Libraries whose names fit.
    fn names(&self, pattern: &Pattern) -> Result<Vec<Candidate>, Damaged> {
        let mut found = Vec::new();
        let needle = pattern.needle();
        let needle = Finder::new(&needle);
        let names = self.file.names()?;
        names.scan(&pattern.prefix(), &needle, |number, name| {
            if pattern.fits(name) {
                found.push(number);
            }
        })?;
        let mut candidates = Vec::new();
        for number in found {
            let name = names.get(number)?;
            for posting in self.file.postings(number)? {
                candidates.push(self.candidate(&name, posting?)?);
            }
        }
        Ok(candidates)
    }

    /// Libraries whose paths fit. Looked at are those that have the pattern's needle in the folder or
    /// in the name; to be compared, they need all texts of the pattern.
    fn paths(&self, pattern: &Pattern) -> Result<Vec<Candidate>, Damaged> {
        let needle = pattern.needle();
        let needle = Finder::new(&needle);
        let (names, all) = (self.file.names()?, self.file.texts()?);
        let has_needle = |strings: Strings<'_>| {
            let mut has_needle = vec![false; strings.count() as usize];
            let visit = |number, _: &[u8]| has_needle[number as usize] = true;
            strings.scan("", &needle, visit)?;
            Ok(has_needle)
        };
        let (in_name, in_text) = (has_needle(names)?, has_needle(all)?);
        let is_in = |folder| in_text.get(folder as usize).copied().unwrap_or(true);

        let mut candidates = Vec::new();
        let parts = pattern.texts();
        let parts: Vec<_> = parts.iter().take(64).map(Finder::new).collect();
        let bits = |has: &dyn Fn(&Finder<'_>) -> bool| {
            let bits = parts.iter().map(|it| u64::from(has(it)));
            bits.fold(0, |all, bit| all << 1 | bit)
        };
        let wanted = bits(&|_| true);
        let with_bits = |text: String| {
            let bits = bits(&|part| part.find(text.as_bytes()).is_some());
            (text, bits)
        };
        let mut folders = HashMap::new();
        for (number, is_in_name) in (0..).zip(in_name) {
            let mut name = None;
            for posting in self.file.postings(number)? {
                let posting = posting?;
                if !is_in_name && !is_in(posting.folder) {
                    continue;
                }
                let (name, name_has) = match &mut name {
                    Some(name) => name,
                    place => place.insert(with_bits(names.get(number)?)),
                };
                let (folder, folder_has) = match folders.entry(posting.folder) {
                    Entry::Occupied(folder) => folder.into_mut(),
                    Entry::Vacant(place) => place.insert(with_bits(all.get(posting.folder)?)),
                };
                if *name_has | *folder_has == wanted && pattern.fits(path(folder, name).as_bytes())
                {
                    candidates.push(self.candidate(name, posting)?);
                }
            }
        }
        Ok(candidates)
    }

    fn candidate(&self, name: &str, posting: Posting) -> Result<Candidate, Damaged> {
        Ok((self.provider(name, posting)?, posting.is_link))
    }

    fn provider(&self, name: &str, posting: Posting) -> Result<Provider, Damaged> {
        let texts = self.file.texts()?;
        let PackageRecord {
            hash,
            name: package,
            attribute,
            output,
            is_top_level,
        } = self.file.package(posting.package)?;
        let (hash, package) = (store_path::hash_text(&hash), texts.get(package)?);
        let versions = posting.versions.map(|it| texts.get(it)).transpose()?;
        let lines = |text: String| text.lines().map(str::to_owned).collect();
        Ok(Provider {
            attribute: attribute.map(|it| texts.get(it)).transpose()?,
            output: texts.get(output)?,
            top_level: is_top_level,
            store_path: Path::new(&self.file.info().store).join(format!("{hash}-{package}")),
            path: path(&texts.get(posting.folder)?, name),
            versions: versions.map(lines),
            source: self.source,
        })
    }
}

fn path(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

fn damage(path: &Path, source: Source, damaged: Damaged) -> anyhow::Error {
    let path = path.display();
    let next = match source {
        Source::Nixpkgs => "make it again with `ldshim index update`".to_owned(),
        Source::Local => {
            format!("remove {path} and add the store paths again with `ldshim index add`")
        }
    };
    anyhow::anyhow!("cannot use the index {path}: {damaged}; {next}")
}
