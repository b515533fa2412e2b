//! `ldshim explain PROGRAM...` and `ldshim explain --all DIR`

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use serde_json::Value;

use super::{print, report};
use crate::cli::ExplainArgs;
use crate::explain::{Explainer, Providers, Settings, json, text, tree};
use crate::stub_file;
use crate::terminal::complain;

mod decisions;

/// Returns 0 if everything would start, 1 if something would not, 2 if that cannot be told.
pub(super) fn run(args: &ExplainArgs) -> ExitCode {
    let status = settings(args).and_then(|settings| match &args.all {
        Some(directory) => explain_tree(args, directory, &settings),
        None => explain_programs(args, &settings),
    });
    ExitCode::from(status.unwrap_or_else(|error| {
        complain(&format!("{error:#}"));
        status_of(None)
    }))
}

/// The higher one counts if there are several.
fn status_of(starts: Option<bool>) -> u8 {
    match starts {
        Some(true) => 0,
        Some(false) => 1,
        None => 2,
    }
}

fn explain_tree(args: &ExplainArgs, directory: &Path, settings: &Settings) -> Result<u8> {
    let tree = tree::explain(directory, settings)?;
    let providers = Providers::of(tree.missing().iter().map(|it| it.name));
    if args.json {
        print(&format!("{:#}\n", json::tree(&tree, &providers)))?;
    } else {
        report(&text::tree(&tree, &providers))?;
    }
    Ok(status_of(Some(tree.starts())))
}

/// One report after the other; goes on with the others if one file cannot be explained. The highest status counts.
fn explain_programs(args: &ExplainArgs, settings: &Settings) -> Result<u8> {
    let explainer = Explainer::new(settings);
    let mut status = status_of(Some(true));
    let mut values = Vec::new();
    let mut is_first = true;
    for path in &args.programs {
        let explained = match explainer.explain(path) {
            Ok(explained) => explained,
            Err(error) => {
                complain(&format!("{error:#}"));
                status = status.max(status_of(None));
                continue;
            }
        };
        status = status.max(status_of(explained.starts_for_sure()));
        let providers = Providers::of(explained.missing());
        if args.json {
            values.push(json::report(&explained, &providers));
            continue;
        }
        let mut said = text::report(&explained, &providers);
        if args.verbose {
            said += &decisions::text(&explained);
        }
        if !std::mem::take(&mut is_first) {
            said.insert(0, '\n');
        }
        report(&said)?;
    }
    if args.json {
        print_values(values, args.programs.len() > 1)?;
    }
    Ok(status)
}

/// Who has named one file gets one object, or nothing if it cannot be explained.
fn print_values(mut values: Vec<Value>, is_list: bool) -> Result<()> {
    match (is_list, values.pop()) {
        (false, Some(value)) => print(&format!("{value:#}\n")),
        (false, None) => Ok(()),
        (true, last) => {
            values.extend(last);
            print(&format!("{:#}\n", Value::Array(values)))
        }
    }
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
        keeps_looks: args.verbose,
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
