//! Whether there is an index of libraries, and how old it is.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::finding::Finding;
use crate::index::{HOW_TO_GET_ONE, Index, Place};

/// From this age on, an index of nixpkgs is said to be old: half a year, as long as a release of NixOS is the newest.
const OLD: Duration = Duration::from_secs(183 * DAY);
const DAY: u64 = 24 * 60 * 60;

/// Looks at the user's index.
pub(super) fn check() -> Vec<Finding> {
    let place = match Place::of_user() {
        Ok(place) => place,
        Err(error) => return vec![Finding::info("no-index", format!("{error:#}"), "")],
    };
    match Index::open(&place) {
        Err(error) => vec![Finding::warning("index-damaged", format!("{error:#}"), "")],
        Ok(None) => vec![Finding::info(
            "no-index",
            "`ldshim locate` and `ldshim pin` know no packages",
            HOW_TO_GET_ONE,
        )],
        Ok(Some(_)) => vec![nixpkgs(&place.nixpkgs())],
    }
}

fn nixpkgs(path: &Path) -> Finding {
    let shown = path.display();
    let Some(age) = age(path) else {
        return Finding::info(
            "index-of-this-machine-only",
            "the index knows store paths of this machine only",
            "`ldshim index import` adds nixpkgs, from a database of nix-index.",
        );
    };
    let days = age.as_secs() / DAY;
    let seen = format!("the index {shown} is {days} days old");
    if age < OLD {
        return Finding::ok("index", seen);
    }
    Finding::info(
        "index-old",
        seen,
        "Packages may have other names by now. `ldshim index import` makes it anew from a newer database.",
    )
}

/// How long ago a file was written; nothing if there is none.
fn age(path: &Path) -> Option<Duration> {
    let written = fs::metadata(path).ok()?.modified().ok()?;
    // A clock that was set back makes it new.
    Some(written.elapsed().unwrap_or_default())
}
