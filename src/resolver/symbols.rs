//! Symbols that a program or one of its libraries needs at the start, and that nobody has: `_dl_lookup_symbol_x` in glibc's
//! `elf/dl-lookup.c`, as far as it ends the program.
//!
//! What is looked up later, at the first call, does not count. Nor does the version of a symbol: which of them a
//! library has is told by [`super::versions`], and glibc takes symbols of libraries without versions for any.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::loading::{LOADER, Loading, PROGRAM};
use super::{DependencyKind, Program};
use crate::elf::Wanted;

/// Symbols that one object needs of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingSymbols {
    /// Their names.
    pub names: Vec<OsString>,
    /// The number of the object that should have them; `None` if that cannot be told.
    pub library: Option<usize>,
    /// The number of the object that needs them.
    pub wanted_by: usize,
}

impl Loading<'_> {
    /// Looks for the symbols of all objects. A library that is looked at by itself may have them from whoever loads it, and then,
    /// or as long as another library is missing, nothing can be said.
    pub(super) fn missing_symbols(&self, program: &Program<'_>) -> Vec<MissingSymbols> {
        let is_program = program.interpreter.is_some() && program.object.soname().is_none();
        let is_whole = !self.objects.iter().any(|it| it.is_missing());
        if !is_program || !is_whole || program.loads.is_some() {
            return Vec::new();
        }
        let mut missing: Vec<MissingSymbols> = Vec::new();
        let files = |number: usize| -> Vec<_> {
            let needs = self.objects[number].needs.iter().map(|it| it.object);
            let all = std::iter::once(number).chain(needs);
            all.map(|it| self.file(it, program)).collect()
        };
        for &number in &self.chain {
            let files = files(number);
            for wanted in self.files.unmet(&files).iter() {
                let symbols = self.files.symbols(&files[0]);
                let name = symbols.as_ref().and_then(|it| it.name(wanted.symbol));
                let Some(name) = name.filter(|it| !self.is_there(it, *wanted, program)) else {
                    continue;
                };
                let library = self.library_of(number, *wanted);
                let name = OsStr::from_bytes(name).to_owned();
                let known = missing
                    .iter_mut()
                    .find(|it| (it.library, it.wanted_by) == (library, number));
                match known {
                    Some(known) => known.names.push(name),
                    None => missing.push(MissingSymbols {
                        names: vec![name],
                        library,
                        wanted_by: number,
                    }),
                }
            }
        }
        missing.iter_mut().for_each(|it| it.names.sort());
        self.files.forget(&files(PROGRAM));
        missing
    }

    /// Whether any object has the symbol. One that cannot be read might.
    fn is_there(&self, name: &[u8], wanted: Wanted, program: &Program<'_>) -> bool {
        let mut others = self
            .chain
            .iter()
            .filter(|&&it| !(wanted.is_copied && it == PROGRAM));
        others.any(|&it| {
            let symbols = self.files.symbols(&self.file(it, program));
            symbols.is_none_or(|it| it.has(name, wanted.is_called))
        })
    }

    /// The library that should have a symbol: the one of its version. Without that it is one without versions, and can be told if
    /// the object needs only one of those.
    fn library_of(&self, number: usize, wanted: Wanted) -> Option<usize> {
        let object = &self.objects[number];
        let mut versions = object.dynamic().versions_needed.iter();
        if let Some(version) = versions.find(|it| it.number == wanted.version) {
            let mut all = self.chain.iter().copied();
            return all.find(|&it| self.objects[it].names.contains(&version.file));
        }
        let needed = object
            .needs
            .iter()
            .filter(|it| it.kind == DependencyKind::Needed);
        let mut plain = needed
            .map(|it| it.object)
            .filter(|&it| self.objects[it].dynamic().versions_offered.is_none());
        let first = plain.next()?;
        plain.all(|it| it == first).then_some(first)
    }

    /// The file of an object.
    fn file(&self, number: usize, program: &Program<'_>) -> PathBuf {
        match number {
            PROGRAM => program.path.to_owned(),
            LOADER => self.start.loader.path.clone(),
            _ => self.objects[number].path.clone().unwrap_or_default(),
        }
    }
}
