//! The steps by which one interpreter gets its copy.

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};

use super::case::Case;
use super::{Work, proof, say, text, words};
use crate::fix::Place;
use crate::interrupt;
use crate::style::Mark;

/// Where NixOS has the graphics driver's libraries.
const DRIVERS: &str = "/run/opengl-driver/lib";

impl Work<'_> {
    /// Gives a tree its copy. Returns the foreign programs in the tree.
    pub(super) fn interpreter(&mut self, place: Place) -> Result<Vec<PathBuf>> {
        let case = Case::of(place, self.args.dry_run)?;
        let is_asked = !self.args.select.is_empty() || self.args.nixpkgs.is_some();
        if !is_asked && case.is_done()? {
            say(&words::already(&case))?;
            return Ok(case.programs());
        }
        // The copy is looked at where nothing else is, and so finds what the pin has and what it names itself.
        let folder = interrupt::temporary_folder()?;
        let target = case.target(folder.path())?;
        let missing = target.missing()?;
        say(&words::diagnosis(&case, &missing))?;
        if missing.needs.is_empty() {
            if !self.args.dry_run {
                case.nothing_missing()?;
            }
            return Ok(case.programs());
        }
        let mut rounds = self.rounds(&target);
        if !missing.of_drivers.is_empty() {
            rounds.extra_paths.push(DRIVERS.into());
        }
        let outcome = rounds.run(missing.needs)?;
        self.selections.clone_from(&outcome.selections);
        for left in &outcome.left {
            say(&Mark::Wrong.line(&left.reason))?;
        }
        self.is_well &= outcome.left.is_empty();
        if self.args.dry_run {
            return Ok(case.programs());
        }
        if !outcome.report.starts() {
            bail!(text::still_wrong(&target, &outcome.report));
        }
        ensure!(
            !outcome.recipe.packages.is_empty(),
            "no package has any of what is missing, so {} is left as it is",
            case.place.tree.display()
        );
        let pin = case.put(&target, outcome)?;
        proof::of_start(&case.place)?;
        let proven = proof::of_modules(
            &case.place.entry(),
            &pin,
            case.original.architecture,
            &missing.modules,
            &case.modules,
        )?;
        self.is_well &= proven.failed.is_empty();
        say(&words::done(&case, &proven))?;
        Ok(case.programs())
    }
}
