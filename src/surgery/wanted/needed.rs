//! The libraries that a file should need, and the versions of theirs.

use std::collections::BTreeMap;

use goblin::elf::dynamic::DT_NEEDED;

use super::{Wanted, WantedEntry, WantedName, text};
use crate::surgery::object::Object;
use crate::surgery::tables::VersionNames;

impl Wanted {
    pub(super) fn add_needed(&mut self, object: &Object<'_>, libraries: &[Vec<u8>]) {
        for library in libraries.iter().rev() {
            let is_there = |it: &WantedEntry| it.tag == DT_NEEDED && text(object, it) == *library;
            if !self.entries.iter().any(is_there) {
                self.insert(DT_NEEDED, None, Some(library.clone()));
            }
        }
    }

    pub(super) fn replace_needed(
        &mut self,
        object: &Object<'_>,
        names: &VersionNames,
        libraries: &BTreeMap<Vec<u8>, Vec<u8>>,
    ) {
        for entry in self.entries.iter_mut().filter(|it| it.tag == DT_NEEDED) {
            if let Some(new) = libraries.get(&text(object, entry)) {
                entry.text = Some(new.clone());
            }
        }
        for name in &names.files {
            let Some(old) = object.string(name.string) else {
                continue;
            };
            let known = self.names.iter().position(|it| it.place == name.place);
            let current = known.map_or(old, |it| &self.names[it].text);
            let Some(new) = libraries.get(current) else {
                continue;
            };
            let wanted = WantedName {
                place: name.place,
                old: name.string,
                text: new.clone(),
            };
            match known {
                Some(it) => self.names[it] = wanted,
                None => self.names.push(wanted),
            }
        }
    }

    pub(super) fn order_needed(&mut self, object: &Object<'_>, order: &[Vec<u8>]) {
        let places: Vec<usize> = (0..self.entries.len())
            .filter(|&it| self.entries[it].tag == DT_NEEDED)
            .collect();
        let mut needed: Vec<WantedEntry> =
            places.iter().map(|&it| self.entries[it].clone()).collect();
        let rank = |it: &WantedEntry| {
            let name = text(object, it);
            order
                .iter()
                .position(|it| *it == name)
                .unwrap_or(order.len())
        };
        needed.sort_by_key(rank);
        for (place, entry) in places.into_iter().zip(needed) {
            self.entries[place] = entry;
        }
    }
}
