//! What a command line asks of a file, and the edits that make it so, in patchelf's order.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::os_abi;
use crate::surgery::{Edit, Facts, SearchPathChange, facts, resolution_cache, shrunk};

/// What is asked for. Texts are as they will stand in the file, without their NUL.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    pub interpreter: Option<Vec<u8>>,
    pub os_abi: Option<u8>,
    pub soname: Option<Vec<u8>>,
    pub set_rpath: Option<Vec<u8>>,
    pub add_rpath: Option<Vec<u8>>,
    pub remove_rpath: bool,
    pub shrink_rpath: bool,
    pub allowed_prefixes: Vec<Vec<u8>>,
    pub force_rpath: bool,
    pub add_needed: BTreeSet<Vec<u8>>,
    pub remove_needed: BTreeSet<Vec<u8>>,
    pub replace_needed: BTreeMap<Vec<u8>, Vec<u8>>,
    pub order_needed: Vec<Vec<u8>>,
    pub no_default_lib: bool,
    pub clear_version: BTreeSet<Vec<u8>>,
    pub debug_tag: bool,
    pub resolution_cache: bool,
    pub execstack: Option<bool>,
    pub rename: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Wishes {
    /// The edits for a file that says this, but for the resolution cache, which depends on all others.
    pub fn edits(&self, facts: &Facts) -> Vec<Edit> {
        let mut edits = Vec::new();
        edits.extend(self.os_abi.map(Edit::OsAbi));
        // A program's name is nobody's business.
        let soname = self.soname.clone().filter(|_| facts.is_shared_object);
        edits.extend(soname.map(Edit::Soname));
        let interpreter = self.interpreter.clone().filter(|it| !it.is_empty());
        edits.extend(interpreter.map(Edit::Interpreter));
        edits.extend(self.execstack.map(Edit::ExecutableStack));
        edits.extend(self.search_path(facts).map(|change| Edit::SearchPath {
            change,
            force_rpath: self.force_rpath,
        }));
        self.add_edits_of_tables(&mut edits);
        edits
    }

    fn add_edits_of_tables(&self, edits: &mut Vec<Edit>) {
        if !self.remove_needed.is_empty() {
            edits.push(Edit::RemoveNeeded(self.remove_needed.clone()));
        }
        if !self.replace_needed.is_empty() {
            edits.push(Edit::ReplaceNeeded(self.replace_needed.clone()));
        }
        if !self.add_needed.is_empty() {
            edits.push(Edit::AddNeeded(self.add_needed.iter().cloned().collect()));
        }
        if !self.order_needed.is_empty() {
            edits.push(Edit::OrderNeeded(self.order_needed.clone()));
        }
        if !self.clear_version.is_empty() {
            edits.push(Edit::ClearVersion(self.clear_version.clone()));
        }
        if self.no_default_lib {
            edits.push(Edit::NoDefaultLibraries);
        }
        if self.debug_tag {
            edits.push(Edit::DebugTag);
        }
        if !self.rename.is_empty() {
            edits.push(Edit::RenameSymbols(self.rename.clone()));
        }
    }

    /// The edits that make sense for any file: all but those of the loader, the soname and the search path.
    pub fn edits_of_any(&self) -> Vec<Edit> {
        let mut edits = Vec::new();
        edits.extend(self.os_abi.map(Edit::OsAbi));
        edits.extend(self.execstack.map(Edit::ExecutableStack));
        self.add_edits_of_tables(&mut edits);
        edits
    }

    fn search_path(&self, facts: &Facts) -> Option<SearchPathChange> {
        if self.shrink_rpath {
            return shrunk(facts, &self.allowed_prefixes).map(SearchPathChange::Set);
        }
        if self.remove_rpath {
            return Some(SearchPathChange::Remove);
        }
        let set = self.set_rpath.clone().map(SearchPathChange::Set);
        set.or(self.add_rpath.clone().map(SearchPathChange::Add))
    }

    /// The resolution cache of a file after these edits, if one is asked for; and what is to be said where there is none.
    ///
    /// # Errors
    /// There is an older one that says something else, which may have been made of another file.
    pub fn resolution_cache(
        &self,
        bytes: &[u8],
        edits: &[Edit],
    ) -> Result<(Option<Edit>, Option<String>)> {
        if !self.resolution_cache {
            return Ok((None, None));
        }
        let facts = facts(bytes, edits)?;
        let new = resolution_cache(&facts);
        let is_stale = |old| new.as_ref().ok() != Some(old);
        if facts.resolution_cache.as_ref().is_some_and(is_stale) {
            bail!(
                "--build-resolution-cache: a resolution cache note is already present; rebuild from an unpatched binary"
            );
        }
        Ok(match new {
            Ok(description) => (Some(Edit::ResolutionCache(description)), None),
            Err(why) => {
                let warning = format!("warning: --build-resolution-cache: {why}; no cache written");
                (None, Some(warning))
            }
        })
    }
}

/// A value; `@FILE` stands for what is in the file.
pub(super) fn resolve(argument: &OsStr) -> Result<Vec<u8>> {
    let Some(path) = argument.as_bytes().strip_prefix(b"@") else {
        return Ok(argument.as_bytes().to_vec());
    };
    let path = Path::new(OsStr::from_bytes(path));
    let value =
        fs::read(path).with_context(|| format!("getting info about '{}'", path.display()))?;
    ensure!(
        !value.contains(&0),
        "the value in '{}' has a NUL, where every text would end",
        path.display()
    );
    Ok(value)
}

/// The parts of a text between colons.
pub(super) fn between_colons(text: &OsStr) -> Vec<Vec<u8>> {
    let parts = text.as_bytes().split(|&it| it == b':');
    parts
        .filter(|it| !it.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}

/// An OS ABI by its name.
pub(super) fn abi(name: &[u8]) -> Result<u8> {
    os_abi::number(name).ok_or_else(|| anyhow!("unrecognized OS ABI"))
}

/// The names of a file with two names per line: the old one and the new one.
pub(super) fn names(path: &Path) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    let shown = path.display();
    let bytes = fs::read(path).map_err(|error| anyhow!("Cannot open map file {shown}: {error}"))?;
    let mut names = BTreeMap::new();
    for (number, line) in bytes.split(|&it| it == b'\n').enumerate() {
        let at = format!("{shown}:{}", number + 1);
        let mut words = line
            .split(u8::is_ascii_whitespace)
            .filter(|it| !it.is_empty());
        let Some(old) = words.next() else {
            continue;
        };
        let Some(new) = words.next() else {
            bail!("{at}: Map file line is missing the second element");
        };
        let (shown_old, shown_new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
        if names.contains_key(old) {
            bail!("{at}: Name '{shown_old}' appears twice in the map file");
        }
        if old.contains(&b'@') || new.contains(&b'@') {
            bail!("{at}: Name pair contains version tag: {shown_old} {shown_new}");
        }
        names.insert(old.to_vec(), new.to_vec());
    }
    Ok(names)
}
