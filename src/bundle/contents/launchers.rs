//! Programs that cannot be changed: a launcher takes the place of each.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Contents, Item, Make};
use crate::surgery::Seat;

impl Contents {
    /// Puts launchers in the place of programs in which the entry cannot be. The programs stand beside them.
    pub(super) fn place_launchers(&mut self) -> Result<()> {
        let mut stubborn = Vec::new();
        for (place, item) in &self.items {
            if needs_launcher(item)? {
                stubborn.push(place.clone());
            }
        }
        for place in stubborn {
            self.place_launcher(&place);
        }
        Ok(())
    }

    fn place_launcher(&mut self, place: &Path) {
        let Some(item) = self.items.get_mut(place) else {
            return;
        };
        let program = beside(place);
        let (set, settings) = match &item.make {
            Make::Program { set, settings } => (Some(*set), settings.clone()),
            Make::Static { settings } => (None, settings.clone()),
            _ => return,
        };
        let launcher = Make::Launcher {
            set,
            program: program.clone(),
            settings,
        };
        item.make = launcher;
        let moved = Item {
            source: item.source.clone(),
            why: format!("started by {}", place.display()),
            make: Make::Copy,
        };
        self.items.insert(program, moved);
    }
}

/// Whether a program has no room for the entry, or is one without a loader for which something is changed.
fn needs_launcher(item: &Item) -> Result<bool> {
    match (&item.make, &item.source) {
        (Make::Static { settings }, _) => Ok(!settings.is_empty()),
        (Make::Program { .. }, Some(source)) => {
            let bytes = fs::read(source);
            let bytes = bytes.with_context(|| format!("cannot read {}", source.display()))?;
            Ok(Seat::find(&bytes).is_err())
        }
        _ => Ok(false),
    }
}

/// The place of the program of which the launcher is at a place.
fn beside(launcher: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(launcher.file_name().unwrap_or_default());
    name.push("-bundled");
    launcher.with_file_name(name)
}
