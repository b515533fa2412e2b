//! `ldshim index import`

use std::fs::File;
use std::io::{IsTerminal, Read, stderr};
use std::path::Path;

use anyhow::{Result, ensure};
use indicatif::{HumanBytes, HumanCount};

use crate::bar;
use crate::cli::IndexImportArgs;
use crate::commands::report;
use crate::index::{self, HOW_TO_GET_ONE, Place, date, days_since, default_database};
use crate::style::Mark;

pub(super) fn import(args: &IndexImportArgs) -> Result<()> {
    let place = Place::of_user()?;
    let file = match &args.file {
        Some(file) => file.clone(),
        None => {
            let file = default_database()?;
            ensure!(
                file.exists(),
                "there is no database of nix-index at {}. {HOW_TO_GET_ONE}",
                file.display()
            );
            file
        }
    };
    import_file(&file, args.revision.as_deref(), &place, report)
}

/// Imports a database, and says what is in it and how old it is.
pub(super) fn import_file(
    file: &Path,
    revision: Option<&str>,
    place: &Place,
    say: fn(&str) -> Result<()>,
) -> Result<()> {
    let imported = index::import(file, revision, place, watch)?;
    say(&Mark::Fine.line(&format!(
        "indexed {} libraries of {} packages ({}): {}\n{}",
        HumanCount(imported.libraries as u64),
        HumanCount(imported.packages as u64),
        HumanBytes(imported.bytes as u64),
        place.nixpkgs().display(),
        age(file)
    )))
}

/// How old a database is, as a sentence; nothing if that is not known.
fn age(file: &Path) -> String {
    match date(file).map(days_since) {
        Some(0) => "The database is from today.\n".into(),
        Some(1) => "The database is from yesterday.\n".into(),
        Some(days) => format!("The database is {days} days old.\n"),
        None => String::new(),
    }
}

/// The file, and on a terminal a bar that shows how much of it is read.
fn watch(file: File) -> Box<dyn Read> {
    let length = file.metadata().map_or(0, |it| it.len());
    match stderr().is_terminal() {
        true => Box::new(bar::of_bytes("reading the database", length).wrap_read(file)),
        false => Box::new(file),
    }
}
