//! `ldshim explain PROGRAM` and `ldshim explain --all DIR`

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::{print, report};
use crate::cli::ExplainArgs;
use crate::explain::{Explainer, Providers, Settings, json, text, tree};
use crate::stub_file;
use crate::terminal::complain;

/// The exit status if it cannot be told whether the program would start.
const UNKNOWN: u8 = 2;

/// Returns 0 if everything would start, 1 if something would not, 2 if that cannot be told.
pub(super) fn run(args: &ExplainArgs) -> ExitCode {
    match explain(args) {
        Ok(Some(true)) => ExitCode::SUCCESS,
        Ok(Some(false)) => ExitCode::FAILURE,
        Ok(None) => ExitCode::from(UNKNOWN),
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::from(UNKNOWN)
        }
    }
}

/// Whether everything would start, if that can be told.
fn explain(args: &ExplainArgs) -> Result<Option<bool>> {
    let settings = settings(args)?;
    if let Some(directory) = &args.all {
        let tree = tree::explain(directory, &settings)?;
        let providers = Providers::of(tree.missing().iter().map(|it| it.name));
        if args.json {
            print(&format!("{:#}\n", json::tree(&tree, &providers)))?;
        } else {
            report(&text::tree(&tree, &providers))?;
        }
        return Ok(Some(tree.starts()));
    }
    let path = args.program.as_ref().context("no program is named")?;
    let explained = Explainer::new(&settings).explain(path)?;
    let providers = Providers::of(explained.missing());
    if args.json {
        print(&format!("{:#}\n", json::report(&explained, &providers)))?;
    } else {
        report(&text::report(&explained, &providers))?;
    }
    Ok(explained.starts_for_sure())
}

fn settings(args: &ExplainArgs) -> Result<Settings> {
    let inherited = inherited()?;
    // Who names a stub, or what a stub is told, asks what one would do.
    let supposes_stub = args.stub.is_some() || args.loader.is_some() || args.library_path.is_some();
    Ok(Settings {
        asks_kernel: true,
        supposes_stub,
        stub: args.stub.clone().or(inherited.stub),
        loader: args.loader.clone(),
        library_path: args.library_path.clone(),
        without_pins: args.without_pins,
        ..inherited
    })
}

/// What this process was started with says, and nothing else.
pub(super) fn inherited() -> Result<Settings> {
    let stub = env::var_os(stub_file::VARIABLE).filter(|value| !value.is_empty());
    Ok(Settings {
        environment: env::vars_os().collect(),
        stub: stub.map(PathBuf::from),
        stub_places: stub_file::places()?.into(),
        ..Settings::default()
    })
}
