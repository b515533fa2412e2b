//! `ldshim locate NAME`

use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::json;

use super::print;
use crate::cli::LocateArgs;
use crate::index::{HOW_TO_GET_ONE, Index, Provider, Query};

/// Counts up if a field goes or changes its meaning; docs/locate-json.md describes them.
const SCHEMA: u32 = 1;

/// Returns 0 if there are packages, else 1.
pub(super) fn run(args: &LocateArgs) -> Result<ExitCode> {
    let query = Query::new(&args.name, args.path)?;
    let index = Index::open_default()?.context(HOW_TO_GET_ONE)?;
    let providers = index.search(&query)?;
    if args.json {
        let providers = providers.iter().map(Provider::json).collect::<Vec<_>>();
        let value = json!({
            "schema": SCHEMA,
            "query": args.name,
            "revision": index.revision(),
            "system": index.system(),
            "providers": providers,
        });
        print(&format!("{value:#}\n"))?;
    } else {
        print(&text(&providers))?;
        if providers.is_empty() {
            eprintln!("ldshim: no package in the index has {}", args.name);
        }
    }
    Ok(if providers.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// A line for each: attribute and output, the library's path.
fn text(providers: &[Provider]) -> String {
    let labels: Vec<_> = providers
        .iter()
        .map(|it| it.label().unwrap_or_else(|| "-".into()))
        .collect();
    let width = labels.iter().map(String::len).max().unwrap_or(0).min(40);
    let mut text = String::new();
    // There may be thousands, and formatting each would take longer than finding it.
    for (provider, label) in providers.iter().zip(labels) {
        let padding = width.saturating_sub(label.len()) + 1;
        text.push_str(&label);
        text.extend(std::iter::repeat_n(' ', padding));
        text.push_str(&provider.store_path.to_string_lossy());
        text.push('/');
        text.push_str(&provider.path);
        text.push('\n');
    }
    text
}
