//! `ldshim bundle`

mod check;
mod collect;
mod details;
mod learn;
mod list;
mod naming;
mod output;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};

use crate::bar;
use crate::bundle::{Contents, Maker, Manifest, New, archive, at_store, papers};
use crate::cli::BundleArgs;
use crate::interrupt;
use crate::printable::Shown as _;
use crate::terminal::warn;
use crate::whole_file::folder_of;

/// Carries out `ldshim bundle`.
pub fn run(args: &BundleArgs) -> Result<ExitCode> {
    if let Some(bundle) = &args.list {
        list::run(bundle)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(bundle) = &args.check {
        return check::run(bundle, args);
    }
    if let Some(bundle) = &args.at_store {
        at_store::start(bundle, &args.command)?;
    }
    make(args)?;
    Ok(ExitCode::SUCCESS)
}

fn make(args: &BundleArgs) -> Result<()> {
    if args.programs.is_empty() {
        bail!("name a program: `ldshim bundle PROGRAM --out DIR`");
    }
    let out = args.out.as_deref();
    let out = out.context("say where the bundle goes: `--out PATH`")?;
    naming::check("--name", args.name.as_deref())?;
    naming::check("--release", args.release.as_deref())?;
    ensure!(
        args.learn || args.command.is_empty(),
        "what stands behind `--` is a command for --learn; say that, or leave it out"
    );
    output::check_target(args, out)?;
    let contents = collect::collect(args)?;
    if args.verbose {
        details::say(&contents);
    }
    let written = write(args, &contents, folder_of(out)).and_then(|new| {
        say_problems(&contents, args.verbose);
        output::finish(args, new, out)
    });
    written.map_err(|error| output::with_room(error, folder_of(out)))
}

/// Writes the bundle's files into a new folder in this one.
fn write(args: &BundleArgs, contents: &Contents, folder: &Path) -> Result<New> {
    let manifest = named(args, contents)?;
    let mut maker = Maker::new(contents, args.strip)?;
    let make = || New::in_folder(folder, manifest);
    let mut new = interrupt::nothing_stays_of(make, |new| new.path().to_owned())?;
    let bar = bar::of_things("writing", contents.items.len());
    let filled = new.fill(contents, &mut maker, &mut |place| {
        bar.inc(1);
        bar.set_message(place.shown());
    });
    bar.finish_and_clear();
    filled?;
    let folder = new.path().to_owned();
    papers::add(&folder, &mut new.manifest, archive::time()?)?;
    Ok(new)
}

/// The manifest with the bundle's name.
fn named(args: &BundleArgs, contents: &Contents) -> Result<Manifest> {
    let first = contents.programs.first().context("there is no program")?;
    let (name, release) = naming::package(&first.file, &first.name);
    let name = args.name.clone().unwrap_or(name);
    let release = args.release.clone().unwrap_or(release);
    Ok(Manifest::new(
        name,
        release,
        contents.architecture()?.nix_system.to_owned(),
    ))
}

/// How many problems are said without `-v`.
const MOST_PROBLEMS: usize = 10;

fn say_problems(contents: &Contents, verbose: bool) {
    let most = if verbose { usize::MAX } else { MOST_PROBLEMS };
    for problem in contents.problems.iter().take(most) {
        warn(&problem.to_string());
    }
    if let Some(left @ 1..) = contents.problems.len().checked_sub(most) {
        warn(&format!("and {left} more like these; -v lists them"));
    }
}
