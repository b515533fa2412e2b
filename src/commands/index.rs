//! `ldshim index import`, `ldshim index update` and `ldshim index add`

use std::process::ExitCode;

use anyhow::{Context, Result};
use indicatif::HumanCount;

use super::report;
use crate::cli::{IndexAddArgs, IndexCommand};
use crate::index::{Named, Place, local};
use crate::nix::Nix;
use crate::style::Mark;

mod import;
pub(super) mod update;

pub(super) fn run(command: &IndexCommand) -> Result<ExitCode> {
    match command {
        IndexCommand::Update(args) => {
            let named = args.from.as_deref().map(Named::parse).transpose()?;
            update::update(named, report)?;
        }
        IndexCommand::Import(args) => import::import(args)?,
        IndexCommand::Add(args) => add(args)?,
    }
    Ok(ExitCode::SUCCESS)
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
    report(&Mark::Fine.line(&format!(
        "{} libraries in {} store paths, in {}",
        HumanCount(added.libraries as u64),
        HumanCount(added.packages as u64),
        place.local().display()
    )))
}
