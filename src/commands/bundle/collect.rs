//! What goes into the bundle: programs, what they need, and what they need in turn.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::learn;
use crate::bundle::needs::{self, AllSeen, Command, Needs, Subject};
use crate::bundle::{Contents, HostLibraries};
use crate::cli::BundleArgs;

/// How often is asked what is needed in turn. Each time something new was found, which ends long before.
const MOST_ROUNDS: usize = 32;

pub(super) fn collect(args: &BundleArgs) -> Result<Contents> {
    let commands = commands(args)?;
    let host = args
        .host_libs
        .iter()
        .map(|it| it.to_string_lossy().into_owned());
    let mut contents = Contents::new(HostLibraries::new(host.collect()));
    for (command, path) in commands.iter().zip(&args.programs) {
        let operation = || format!("cannot bundle {}", path.display());
        contents.add_program(command).with_context(operation)?;
    }
    if args.learn {
        for (path, taken) in learn::run(args)?.taken {
            contents.take_opened(&path, &format!("opened by {}", taken.by.display()));
        }
    }
    let needs = take_needs(args, &commands, &mut contents)?;
    contents.set(&own_settings(&commands, &needs), &needs.settings);
    if !needs.shown.is_empty() {
        let ldshim = std::env::current_exe().context("cannot find ldshim's own file")?;
        contents.show_at_store(&ldshim)?;
    }
    contents.finish()?;
    for name in contents.host.unknown(&contents.host_libraries) {
        contents.problems.push(format!(
            "nothing in the bundle needs {name} of --host-libs: names are like libz, libz.so.1, gl, cuda and nss"
        ));
    }
    Ok(contents)
}

/// What the names that were given start, through wrappers.
fn commands(args: &BundleArgs) -> Result<Vec<Command>> {
    let command = |path: &PathBuf| {
        needs::command(path).with_context(|| format!("cannot bundle {}", path.display()))
    };
    args.programs.iter().map(command).collect()
}

/// Takes along what is needed, until nothing new is.
fn take_needs(args: &BundleArgs, commands: &[Command], contents: &mut Contents) -> Result<Needs> {
    let with = args.with.iter().map(std::path::absolute);
    let with: Vec<PathBuf> = with.collect::<Result<_, _>>()?;
    for path in &with {
        let there = std::fs::metadata(path);
        there.with_context(|| format!("cannot take {} along", path.display()))?;
    }
    let mut needs = Needs::default();
    let mut seen = AllSeen::default();
    for _ in 0..MOST_ROUNDS {
        let objects: Vec<PathBuf> = contents.objects.iter().cloned().collect();
        let before = contents.items.len();
        let subject = Subject {
            commands,
            objects: &objects,
            with: &with,
            is_at_store: args.allow_namespace,
        };
        needs = needs::needs(&subject, &mut seen);
        contents.take(&needs)?;
        if contents.objects.len() == objects.len() && contents.items.len() == before {
            break;
        }
    }
    Ok(needs)
}

/// What is changed for single programs, by their files.
fn own_settings(
    commands: &[Command],
    needs: &Needs,
) -> BTreeMap<PathBuf, Vec<crate::bundle::Setting>> {
    let mut own = needs.program_settings.clone();
    for command in commands {
        let settings = own.entry(command.file.clone()).or_default();
        settings.splice(0..0, command.settings.iter().cloned());
    }
    own
}
