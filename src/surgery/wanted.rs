//! What a file should say once all edits are made.

mod needed;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use goblin::elf::dynamic::{
    DF_1_NODEFLIB, DT_DEBUG, DT_FLAGS_1, DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_VERSYM,
};

use super::build_id;
use super::edits::{Edit, SearchPathChange};
use super::object::Object;
use super::tables::VersionNames;

/// An entry of the dynamic table as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WantedEntry {
    /// `d_tag`
    pub tag: u64,
    /// The value that it has, if it has one already.
    pub value: Option<u64>,
    /// The string that it should name, where that changes.
    pub text: Option<Vec<u8>>,
}

/// A name of a library in the table of versions, as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WantedName {
    /// Where in the file the reference stands.
    pub place: u64,
    /// The offset in the string table that it has.
    pub old: u64,
    /// The name.
    pub text: Vec<u8>,
}

/// What a file should say.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// The loader's path, if it changes.
    pub interpreter: Option<Vec<u8>>,
    /// The dynamic table, without its end.
    pub entries: Vec<WantedEntry>,
    /// Changes in the table of versions.
    pub names: Vec<WantedName>,
    /// Bytes at places of the file that neither move nor grow.
    pub bytes: Vec<(u64, Vec<u8>)>,
    /// Whether the stack should be executable, if that changes.
    pub executable_stack: Option<bool>,
    /// New names of dynamic symbols.
    pub renamed: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The note of nixpkgs' glibc, if there should be one.
    pub resolution_cache: Option<Vec<u8>>,
}

/// The version of a symbol for which any does, `VER_NDX_GLOBAL`.
const ANY_VERSION: u64 = 1;

/// `DT_CHECKSUM` of glibc's elf/elf.h.
const DT_CHECKSUM: u64 = 0x6fff_fdf8;

/// `EI_OSABI` (System V ABI, "ELF Identification").
pub(super) const OS_ABI: u64 = 7;

impl Wanted {
    /// What a file will say after some edits.
    ///
    /// # Errors
    /// An edit makes no sense for it.
    pub fn after(edits: &[Edit], object: &Object<'_>, names: &VersionNames) -> Result<Self> {
        let mut wanted = Self::of(object);
        for edit in edits {
            wanted.apply(object, names, edit)?;
        }
        Ok(wanted)
    }

    /// What a file says.
    fn of(object: &Object<'_>) -> Self {
        let entries = object.entries().iter().map(|it| WantedEntry {
            tag: it.tag,
            value: Some(it.value),
            text: None,
        });
        Self {
            entries: entries.collect(),
            ..Self::default()
        }
    }

    /// Makes one edit.
    fn apply(&mut self, object: &Object<'_>, names: &VersionNames, edit: &Edit) -> Result<()> {
        if object.is_debug_only {
            bail!("it has debugging information only; edit the file that it belongs to");
        }
        if needs_dynamic(edit) && object.dynamic.is_none() {
            bail!("it has no dynamic table: it is linked statically");
        }
        match edit {
            Edit::Interpreter(path) => match object.interpreter() {
                None => bail!(
                    "it names no loader (it has no PT_INTERP): it is a library, or linked statically"
                ),
                Some(old) if old == path => {}
                Some(_) => self.interpreter = Some(path.clone()),
            },
            Edit::Soname(name) => self.set_text(object, DT_SONAME, name),
            Edit::SearchPath {
                change,
                force_rpath,
            } => self.search_path(object, change, *force_rpath),
            Edit::AddNeeded(libraries) => self.add_needed(object, libraries),
            Edit::RemoveNeeded(libraries) => {
                let is_wanted = |it: &WantedEntry| {
                    it.tag != DT_NEEDED || !libraries.contains(text(object, it).as_slice())
                };
                self.entries.retain(is_wanted);
            }
            Edit::ReplaceNeeded(libraries) => self.replace_needed(object, names, libraries),
            Edit::OrderNeeded(order) => self.order_needed(object, order),
            Edit::ClearVersion(symbols) => self.clear_version(object, symbols)?,
            Edit::NoDefaultLibraries => {
                let flags = object.value(DT_FLAGS_1).unwrap_or(0);
                self.set_value(DT_FLAGS_1, flags | DF_1_NODEFLIB);
            }
            Edit::ExecutableStack(is_executable) => self.executable_stack = Some(*is_executable),
            Edit::RenameSymbols(renamed) => self.renamed.extend(renamed.clone()),
            Edit::OsAbi(abi) => self.bytes.push((OS_ABI, vec![*abi])),
            Edit::DebugTag => {
                if !self.entries.iter().any(|it| it.tag == DT_DEBUG) {
                    self.insert(DT_DEBUG, Some(0), None);
                }
            }
            Edit::ResolutionCache(description) => self.resolution_cache = Some(description.clone()),
            Edit::Mark(number) => match build_id::place(object) {
                Some(place) => self.bytes.push((place, number.to_be_bytes().to_vec())),
                None => self.set_value(DT_CHECKSUM, *number),
            },
        }
        Ok(())
    }

    /// Whether the loader would look for other libraries, or elsewhere.
    pub fn finds_other_libraries(&self, object: &Object<'_>) -> bool {
        let matters = |tag| [DT_NEEDED, DT_RPATH, DT_RUNPATH].contains(&tag);
        let entries = self.entries.iter().filter(|it| matters(it.tag));
        let wanted = entries.map(|it| (it.tag, text(object, it)));
        let entries = object.entries().iter().filter(|it| matters(it.tag));
        let old = entries.map(|it| (it.tag, object.string(it.value).unwrap_or_default().to_vec()));
        !wanted.eq(old)
    }

    fn insert(&mut self, tag: u64, value: Option<u64>, text: Option<Vec<u8>>) {
        self.entries.insert(0, WantedEntry { tag, value, text });
    }

    fn set_value(&mut self, tag: u64, value: u64) {
        match self.entries.iter_mut().find(|it| it.tag == tag) {
            Some(entry) => entry.value = Some(value),
            None => self.insert(tag, Some(value), None),
        }
    }

    fn set_text(&mut self, object: &Object<'_>, tag: u64, wanted: &[u8]) {
        let mut entries = self
            .entries
            .iter_mut()
            .filter(|it| it.tag == tag)
            .peekable();
        if entries.peek().is_none() {
            self.insert(tag, None, Some(wanted.to_vec()));
            return;
        }
        for entry in entries.filter(|it| text(object, it) != wanted) {
            entry.text = Some(wanted.to_vec());
        }
    }

    fn search_path(&mut self, object: &Object<'_>, change: &SearchPathChange, force_rpath: bool) {
        let is_path = |it: &WantedEntry| [DT_RPATH, DT_RUNPATH].contains(&it.tag);
        let has = |it: &Self, tag| it.entries.iter().any(|entry| entry.tag == tag);
        let (old, new) = match force_rpath {
            true => (DT_RUNPATH, DT_RPATH),
            false => (DT_RPATH, DT_RUNPATH),
        };
        let wanted = match change {
            SearchPathChange::Remove => {
                self.entries.retain(|it| !is_path(it));
                return;
            }
            SearchPathChange::Set(path) => path.clone(),
            SearchPathChange::Add(path) => with_directories(self.search_path_of(object), path),
        };
        if wanted.is_empty() && !has(self, old) && !has(self, new) {
            // An empty DT_RUNPATH would keep the loader from the search paths of who needs this file.
            return;
        }
        if force_rpath && has(self, old) {
            // The loader passes over a DT_RPATH where there is a DT_RUNPATH.
            self.entries.retain(|it| it.tag != new);
        }
        if has(self, old) && !has(self, new) {
            let changed = self.entries.iter_mut().filter(|it| it.tag == old);
            changed.for_each(|it| it.tag = new);
        }
        self.set_text(object, new, &wanted);
        if has(self, old) {
            self.set_text(object, old, &wanted);
        }
    }

    fn search_path_of(&self, object: &Object<'_>) -> Vec<u8> {
        let find = |tag| self.entries.iter().rev().find(|it| it.tag == tag);
        let entry = find(DT_RUNPATH).or_else(|| find(DT_RPATH));
        entry.map(|it| text(object, it)).unwrap_or_default()
    }

    fn clear_version(&mut self, object: &Object<'_>, symbols: &BTreeSet<Vec<u8>>) -> Result<()> {
        let versions = object.value(DT_VERSYM).and_then(|it| object.offset_of(it));
        let (Some(versions), Some((_, table))) = (versions, object.symbols()) else {
            bail!("it has no versions of symbols that could be cleared");
        };
        for (number, symbol) in table
            .chunks_exact(object.symbol_size() as usize)
            .enumerate()
        {
            let name = object.string(object.encoding.number(&symbol[..4]));
            if name.is_some_and(|name| symbols.contains(name)) {
                let place = versions + 2 * number as u64;
                self.bytes
                    .push((place, object.encoding.bytes(ANY_VERSION, 2)));
            }
        }
        Ok(())
    }
}

/// The string that an entry will name.
fn text(object: &Object<'_>, entry: &WantedEntry) -> Vec<u8> {
    let old = || object.string(entry.value?).map(<[u8]>::to_vec);
    entry.text.clone().or_else(old).unwrap_or_default()
}

/// A search path and those directories of another one that it does not have.
fn with_directories(mut path: Vec<u8>, others: &[u8]) -> Vec<u8> {
    for directory in others.split(|&it| it == b':') {
        let is_there = !path.is_empty() && path.split(|&it| it == b':').any(|it| it == directory);
        if !is_there {
            if !path.is_empty() {
                path.push(b':');
            }
            path.extend(directory);
        }
    }
    path
}

fn needs_dynamic(edit: &Edit) -> bool {
    let others = matches!(
        edit,
        Edit::Interpreter(_) | Edit::ExecutableStack(_) | Edit::OsAbi(_)
    );
    !others
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_added_once() {
        let cases: [(&[u8], &[u8], &[u8]); 5] = [
            (b"", b"/a", b"/a"),
            (b"/a", b"/b:/a", b"/a:/b"),
            (b"/a:/b", b"/b:/a", b"/a:/b"),
            (b"/ab", b"/a", b"/ab:/a"),
            (b"", b"/a:/a", b"/a"),
        ];
        for (path, others, expected) in cases {
            assert_eq!(with_directories(path.to_vec(), others), expected);
        }
    }
}
