//! `ldshim locate NAME`

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::json;

use super::{print, report};
use crate::cli::LocateArgs;
use crate::drivers::is_driver_library;
use crate::index::{Absence, HOW_TO_GET_ONE, Index, Provider, Query};
use crate::own_tree::find_from;
use crate::printable;
use crate::terminal::{complain, note};

/// Counts up if a field goes or changes its meaning; docs/locate-json.md describes them.
const SCHEMA: u32 = 1;

/// Returns 0 if there are packages, else 1.
pub(super) fn run(args: &LocateArgs) -> Result<ExitCode> {
    if let (true, Some((library, attribute))) = (args.names, args.name.split_once('=')) {
        return selections(library, attribute.trim_end_matches('*'));
    }
    let path = Path::new(&args.name);
    // As programs name one that they need by its path: what they take is that file, and a package may have it to put there.
    let name = match (args.path, path.is_absolute(), path.file_name()) {
        (false, true, Some(name)) => &*name.to_string_lossy(),
        _ => &*args.name,
    };
    let query = Query::new(name, args.path)?;
    let index = Index::open_default()?.context(HOW_TO_GET_ONE)?;
    let mut providers = index.search(&query)?;
    let found = providers.len();
    // Whoever names a path asks what is in packages, and not what to take from them.
    if !args.path {
        providers.retain(|it| !is_driver_library(it.name()));
    }
    let absence = match (&query, providers.is_empty()) {
        (Query::Name(name), true) => index.absence(name)?,
        _ => Absence::Unknown,
    };
    if args.names {
        print(&names(&providers))?;
    } else if args.json {
        let others = absence.others().iter().map(Provider::json);
        let providers = providers.iter().map(Provider::json).collect::<Vec<_>>();
        let value = json!({
            "schema": SCHEMA,
            "query": args.name,
            "revision": index.revision(),
            "system": index.system(),
            "providers": providers,
            "other_versions": others.collect::<Vec<_>>(),
            "is_of_driver": absence == Absence::OfDriver,
        });
        print(&format!("{value:#}\n"))?;
    } else {
        report(&text(&providers))?;
        for line in remarks(name, &absence, found, providers.len()) {
            let line = printable::line(&line);
            match providers.is_empty() {
                true => complain(&line),
                false => note(&line),
            }
        }
        if let (Query::Name(name), true) = (&query, providers.is_empty())
            && let Some(own) = env::current_dir().ok().and_then(|it| find_from(&it, name))
        {
            note(&printable::line(&in_tree(name, &own)));
        }
        if name != args.name {
            note(&printable::line(&by_path(path)));
        }
    }
    Ok(if providers.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// That a file here has the name.
fn in_tree(name: &str, path: &Path) -> String {
    let folder = path.parent().unwrap_or(path);
    format!(
        "{name} is in {} here: a program that comes with it finds it there by `ldshim patch --add-rpath {} PROGRAM`",
        folder.display(),
        printable::shell_word(folder)
    )
}

/// What it means that a program names a library by its path.
fn by_path(path: &Path) -> String {
    let path = path.display();
    format!(
        "a program that needs {path} by this path takes this file and looks nowhere else: put it there, or have the program look \
         for the name: ldshim patch --replace-needed {path} NAME PROGRAM"
    )
}

/// What there is to say beside the packages.
fn remarks(name: &str, absence: &Absence, found: usize, shown: usize) -> Vec<String> {
    match absence {
        Absence::OfDriver | Absence::OtherVersions(_) => {
            let lines = absence.lines(name).into_iter();
            lines.map(|line| format!("{name}: {line}")).collect()
        }
        Absence::Unknown if found > shown => vec![format!(
            "left out: {} of the graphics driver's own; they come with the system and never from a package",
            found - shown
        )],
        Absence::Unknown if shown == 0 => vec![format!("no package in the index has {name}")],
        Absence::Unknown => Vec::new(),
    }
}

/// The names that a shell can have as words without quotes, in order, a line each.
fn names(providers: &[Provider]) -> String {
    let is_plain = |name: &&str| printable::shell_word(name) == *name;
    let names = providers.iter().map(Provider::name).filter(is_plain);
    let names: BTreeSet<&str> = names.collect();
    names.iter().map(|name| format!("{name}\n")).collect()
}

/// Prints what may be given to `--select`: the library with each attribute of a package that has it and begins so.
fn selections(library: &str, attribute: &str) -> Result<ExitCode> {
    let index = Index::open_default()?.context(HOW_TO_GET_ONE)?;
    let providers = index.search(&Query::new(library, false)?)?;
    let attributes = providers.iter().filter_map(|it| it.attribute.as_deref());
    let attributes: BTreeSet<_> = attributes.filter(|it| it.starts_with(attribute)).collect();
    let lines = attributes.iter().map(|it| format!("{library}={it}\n"));
    print(&lines.collect::<String>())?;
    Ok(ExitCode::SUCCESS)
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
