//! Whether there is an index of libraries, and how old it is.

use std::path::Path;

use super::finding::Finding;
use crate::index::{HOW_TO_GET_ONE, Index, Place, date, days_since};

/// From this age on, in days, an index of nixpkgs is said to be old: many of the store paths that it names have newer ones by then.
const OLD: u64 = 60;

/// Looks at the user's index.
pub(super) fn check() -> Vec<Finding> {
    let place = match Place::of_user() {
        Ok(place) => place,
        Err(error) => return vec![Finding::info("no-index", format!("{error:#}"), "")],
    };
    match Index::open(&place) {
        Err(error) => vec![Finding::warning(
            "index-damaged",
            format!("{error:#}"),
            "To get it anew: ldshim index update",
        )],
        Ok(None) => vec![Finding::info(
            "no-index",
            "`ldshim locate` and `ldshim pin` know no packages",
            HOW_TO_GET_ONE,
        )],
        Ok(Some(index)) => vec![nixpkgs(index.nixpkgs(), &place)],
    }
}

fn nixpkgs(file: Option<&Path>, place: &Place) -> Finding {
    let Some((file, date)) = file.and_then(|it| Some((it, date(it)?))) else {
        return Finding::info(
            "index-of-this-machine-only",
            "the index knows store paths of this machine only",
            "`ldshim index update` adds nixpkgs.",
        );
    };
    let days = days_since(date);
    let seen = format!("the index {} is {days} days old", file.display());
    if days < OLD {
        return Finding::ok("index", seen);
    }
    let next = match file == place.nixpkgs() {
        true => "Packages may have other names by now. `ldshim index update` brings a newer one.",
        false => {
            "Packages may have other names by now. Update the database that programs.nix-ld.index names, and rebuild; \
             or `ldshim index update`, for yourself."
        }
    };
    Finding::info("index-old", seen, next)
}
