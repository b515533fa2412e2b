//! Answering from an index.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use memchr::memmem;
use memmap2::Mmap;

use super::compact::{Compact, Damaged, PackageRecord, Posting};
use super::{Place, Provider, Query, Source, rank, store_path};
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
        let nixpkgs = Layer::open(place.nixpkgs(), Source::Nixpkgs)?;
        let local = Layer::open(place.local(), Source::Local)?;
        let is_there = nixpkgs.is_some() || local.is_some();
        Ok(is_there.then_some(Self { nixpkgs, local }))
    }

    /// The revision of nixpkgs that was imported, if that is known.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        self.nixpkgs.as_ref()?.file.info().revision.as_deref()
    }

    /// Who has a library of this file name, the best first.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn providers(&self, name: &str) -> Result<Vec<Provider>> {
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
        let mut all = merge(nixpkgs, local);
        all.sort_by_cached_key(|(provider, is_link)| rank::key(provider, *is_link));
        Ok(all.into_iter().map(|(provider, _)| provider).collect())
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
        let mut candidates = Vec::new();
        let mut folders = HashMap::new();
        for (number, name) in self.names(query)? {
            for posting in self.file.postings(number)? {
                let posting = posting?;
                let is_wanted = match query {
                    Query::Name(_) | Query::Names(_) => true,
                    Query::Path(wanted, _) => self.folder(&mut folders, posting)? == wanted,
                    Query::Paths(pattern) => {
                        let folder = self.folder(&mut folders, posting)?;
                        pattern.fits(path(folder, &name).as_bytes())
                    }
                };
                if is_wanted {
                    candidates.push((self.provider(&name, &posting)?, posting.is_link));
                }
            }
        }
        Ok(candidates)
    }

    /// A library's folder; `known` has those that were asked for already.
    fn folder<'k>(
        &self,
        known: &'k mut HashMap<u32, String>,
        posting: Posting,
    ) -> Result<&'k str, Damaged> {
        Ok(match known.entry(posting.folder) {
            Entry::Occupied(folder) => folder.into_mut(),
            Entry::Vacant(place) => place.insert(self.file.texts()?.get(posting.folder)?),
        })
    }

    /// The names of libraries that a query is about, and their numbers.
    fn names(&self, query: &Query) -> Result<Vec<(u32, String)>, Damaged> {
        let names = self.file.names()?;
        let pattern = match query {
            Query::Name(name) | Query::Path(_, name) => {
                let number = names.find(name)?;
                return Ok(number.map(|it| (it, name.clone())).into_iter().collect());
            }
            Query::Names(pattern) => pattern,
            Query::Paths(pattern) => &pattern.of_names(),
        };
        let mut found = Vec::new();
        let needle = pattern.needle();
        let needle = memmem::Finder::new(needle.as_bytes());
        names.scan_prefix(&pattern.prefix(), |number, name| {
            if pattern.fits_with(&needle, name)
                && let Ok(name) = str::from_utf8(name)
            {
                found.push((number, name.to_owned()));
            }
        })?;
        Ok(found)
    }

    fn provider(&self, name: &str, posting: &Posting) -> Result<Provider, Damaged> {
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
        Source::Nixpkgs => "make it again with `ldshim index import`".to_owned(),
        Source::Local => {
            format!("remove {path} and add the store paths again with `ldshim index add`")
        }
    };
    anyhow::anyhow!("cannot use the index {path}: {damaged}; {next}")
}
