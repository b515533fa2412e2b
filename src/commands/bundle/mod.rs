//! `ldshim bundle`

mod naming;
mod progress;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::bundle::{Contents, Maker, Manifest, New, check_target};
use crate::cli::BundleArgs;
use progress::Progress;

/// Carries out `ldshim bundle`.
pub fn run(args: &BundleArgs) -> Result<ExitCode> {
    make(args)?;
    Ok(ExitCode::SUCCESS)
}

fn make(args: &BundleArgs) -> Result<()> {
    if args.programs.is_empty() {
        bail!("name a program: `ldshim bundle PROGRAM --out DIR`");
    }
    let out = args
        .out
        .as_deref()
        .context("say where the bundle goes: --out DIR")?;
    check_target(out)?;
    let mut contents = Contents::default();
    for program in &args.programs {
        let operation = || format!("cannot bundle {}", program.display());
        contents.add_program(program).with_context(operation)?;
    }
    for path in &args.with {
        add_with(&mut contents, path)?;
    }
    contents.finish()?;
    let manifest = named(args, &contents)?;
    let mut maker = Maker::new(&contents, !args.host_libs.is_empty())?;
    let progress = Progress::new(contents.items.len());
    let new = New::write(&contents, manifest, &mut maker, out, &mut |place| {
        progress.step(place)
    })?;
    progress.finish();
    let summary = new.summary.clone();
    new.finish(out)?;
    for problem in &contents.problems {
        eprintln!("ldshim: {problem}");
    }
    eprintln!(
        "{}: {} files, {}",
        out.display(),
        summary.files,
        progress::size(summary.bytes)
    );
    Ok(())
}

fn add_with(contents: &mut Contents, path: &Path) -> Result<()> {
    let operation = || format!("cannot take {} along", path.display());
    let absolute = std::path::absolute(path).with_context(operation)?;
    contents
        .add_folder_or_file(&absolute, "asked for by --with")
        .with_context(operation)
}

/// The manifest with the bundle's name.
fn named(args: &BundleArgs, contents: &Contents) -> Result<Manifest> {
    let first = contents.programs.first().context("there is no program")?;
    let source = contents
        .items
        .get(&first.place)
        .and_then(|it| it.source.as_deref());
    let (name, release) = naming::package(source.unwrap_or(Path::new("")), &first.name);
    let name = args.name.clone().unwrap_or(name);
    let release = args.release.clone().unwrap_or(release);
    Ok(Manifest::new(name, release, contents.system()?.to_owned()))
}
