//! `ldshim index update`: the newest index, wherever its database comes from.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Error, Result, anyhow};
use indicatif::HumanBytes;

use super::import::import_file;
use crate::bar;
use crate::index::{self, FROM_VARIABLE, Named, Place, days_since};
use crate::nix::{Nix, Step};
use crate::printable;
use crate::terminal::{complain, note, warn};

/// A new database is published each week. One on this machine that is not older is as good.
const DAYS_BETWEEN_RELEASES: u64 = 7;

/// What a database is called in the store.
const NAME_IN_STORE: &str = "nix-index-database";

/// Where a database comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) enum Origin {
    /// This machine has it.
    Here(PathBuf),
    /// It is downloaded from there.
    Download(String),
}

/// Where the newest database is to come from: what is named, else one of this machine that is newer than the index and as new as
/// those that are published, else the published one.
pub(in crate::commands) fn origin(named: Option<Named>) -> Result<Origin> {
    let named = named.map_or_else(Named::by_variable, |it| Ok(Some(it)))?;
    Ok(match named {
        Some(Named::File(file)) => Origin::Here(file),
        Some(Named::Url(url)) => Origin::Download(url),
        None => match newest_here(&Place::of_user()?) {
            Some((date, file)) if days_since(date) < DAYS_BETWEEN_RELEASES => Origin::Here(file),
            _ => Origin::Download(index::published()?),
        },
    })
}

/// Brings the index up to date, and says what it has. What there was stays until the new one is whole.
///
/// # Errors
/// There is no database to be had, or it cannot be imported.
pub(in crate::commands) fn update(named: Option<Named>, say: fn(&str) -> Result<()>) -> Result<()> {
    let is_named = named.is_some() || Named::by_variable()?.is_some();
    let place = Place::of_user()?;
    let updated = match origin(named)? {
        Origin::Here(file) => import_file(&file, None, &place, say),
        Origin::Download(url) => download(&url, &place, say),
    };
    // An older one is better than none.
    match (updated, newest_here(&place)) {
        (Err(error), Some((_, file))) if !is_named => {
            complain(&format!("{error:#}"));
            note(&format!("taking {} instead", file.display()));
            import_file(&file, None, &place, say)
        }
        (updated, _) => updated,
    }
}

/// The newest database on this machine, if it is newer than the index.
fn newest_here(place: &Place) -> Option<(SystemTime, PathBuf)> {
    let own = place.imports().first().and_then(|it| index::date(it));
    let all = index::on_this_machine().into_iter();
    let dated = all.filter_map(|file| Some((index::date(&file)?, file)));
    let newest = dated.max_by_key(|(date, _)| *date)?;
    (own.is_none_or(|own| newest.0 > own)).then_some(newest)
}

fn download(url: &str, place: &Place, say: fn(&str) -> Result<()>) -> Result<()> {
    let nix = Nix::find()?;
    let bar = bar::of_bytes("downloading", 0);
    note(&format!("downloading {}", printable::line(url)));
    let downloaded = nix.download(url, NAME_IN_STORE, |step| match step {
        // Before the server has said how much it is there is nothing to show.
        Step::Downloaded { total: 0, .. } => {}
        Step::Downloaded { bytes, total } => {
            bar.set_length(total);
            bar.set_position(bytes);
        }
        Step::Warning(text) => bar.suspend(|| warn(text)),
    });
    bar.finish_and_clear();
    let file = downloaded.with_context(what_to_do)?;
    import_file(&file, None, place, say).map_err(|error| about_page(&file, url).unwrap_or(error))
}

fn what_to_do() -> String {
    format!(
        "cannot update the index, which stays as it was; try again, or name another address or a file with --from or {FROM_VARIABLE}"
    )
}

/// What a proxy, or the login page of a network, has answered in the place of the server.
fn about_page(file: &Path, url: &str) -> Option<Error> {
    let bytes = std::fs::read(file).ok()?;
    let text = bytes.trim_ascii_start();
    let begins = [&b"<!doctype"[..], b"<html", b"<?xml", b"<head"];
    let is_page = begins.iter().any(|it| {
        text.get(..it.len())
            .is_some_and(|has| has.eq_ignore_ascii_case(it))
    });
    is_page.then(|| {
        let size = HumanBytes(bytes.len() as u64);
        anyhow!(
            "what {url} has answered is a web page ({size}) and no database, and the index stays as it was; a proxy or the \
             login page of a network may have answered: look at that address with a browser"
        )
    })
}
