//! Programs that cannot be changed: a launcher takes the place of each.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Contents, Item, Make};
use crate::surgery::Seat;

impl Contents {
    /// Puts launchers in the place of programs in which there is no room for the entry. The programs stand beside them.
    pub(super) fn place_launchers(&mut self) -> Result<()> {
        let mut stubborn = Vec::new();
        for (place, item) in &self.items {
            let (Make::Program { .. }, Some(source)) = (&item.make, &item.source) else {
                continue;
            };
            let bytes =
                fs::read(source).with_context(|| format!("cannot read {}", source.display()))?;
            if Seat::find(&bytes).is_err() {
                stubborn.push(place.clone());
            }
        }
        for place in stubborn {
            let Some(item) = self.items.remove(&place) else {
                continue;
            };
            let Make::Program { set, settings } = item.make.clone() else {
                continue;
            };
            let program = beside(&place);
            let moved = Item {
                why: format!("{}; it is started by {}", item.why, place.display()),
                make: Make::Copy,
                ..item.clone()
            };
            let launcher = Item {
                make: Make::Launcher {
                    set,
                    program: program.clone(),
                    settings,
                },
                ..item
            };
            self.items.insert(program, moved);
            self.items.insert(place, launcher);
        }
        Ok(())
    }
}

/// The place of the program of which the launcher is at a place.
fn beside(launcher: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(launcher.file_name().unwrap_or_default());
    name.push("-bundled");
    launcher.with_file_name(name)
}
