//! `ldshim index import` and `ldshim index add`

use std::fs::File;
use std::io::{IsTerminal, Read, stderr};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use super::print;
use crate::cli::{IndexAddArgs, IndexCommand, IndexImportArgs};
use crate::index::{self, HOW_TO_GET_ONE, Place, default_database, local};
use crate::nix::Nix;

const BAR: &str = "reading the database [{bar:30}] {bytes:>11} of {total_bytes:<11}";

pub(super) fn run(command: &IndexCommand) -> Result<ExitCode> {
    match command {
        IndexCommand::Import(args) => import(args)?,
        IndexCommand::Add(args) => add(args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn import(args: &IndexImportArgs) -> Result<()> {
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
    let imported = index::import(&file, args.revision.as_deref(), &place, watch)?;
    print(&format!(
        "{} libraries in {} packages, of {} entries: {} in {}\n",
        HumanCount(imported.libraries as u64),
        HumanCount(imported.packages as u64),
        HumanCount(imported.entries),
        HumanBytes(imported.bytes as u64),
        place.nixpkgs().display()
    ))
}

/// The file, and on a terminal a bar that shows how much of it is read.
fn watch(file: File) -> Box<dyn Read> {
    let length = file.metadata().map_or(0, |it| it.len());
    if !stderr().is_terminal() {
        return Box::new(file);
    }
    let style = ProgressStyle::with_template(BAR);
    let bar =
        ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    Box::new(bar.wrap_read(file))
}

fn add(args: &IndexAddArgs) -> Result<()> {
    let place = Place::of_user()?;
    let mut paths = args.paths.clone();
    for path in &args.closure {
        let all = Nix::find().and_then(|nix| nix.closure(std::slice::from_ref(path)));
        paths.extend(
            all.with_context(|| format!("cannot ask nix-store what {} refers to", path.display()))?,
        );
    }
    let added = local::add(&paths, &place)?;
    print(&format!(
        "{} libraries in {} store paths, in {}\n",
        HumanCount(added.libraries as u64),
        HumanCount(added.packages as u64),
        place.local().display()
    ))
}
