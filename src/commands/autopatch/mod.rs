//! `ldshim autopatch`

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

mod from_index;
mod undo;

use super::{patch, print, stopped};
use crate::autopatch::{Libraries, Missing, Outcome, Settings, Target, autopatch, files_of};
use crate::bar;
use crate::cli::AutopatchArgs;
use crate::drivers::{NEVER_FROM_A_PACKAGE, is_driver_library};
use crate::index::{Index, Pattern};
use crate::parallel;
use crate::surgery::{Options, Undo};
use crate::terminal::tell;
use from_index::Packages;

/// What auto-patchelf says where libraries are missing.
const FAILURE: &str = "auto-patchelf failed to find all the required dependencies.\n\
                       Add the missing dependencies to --libs or use `--ignore-missing=\"foo.so.1 bar.so etc.so\"`.";

pub(super) fn run(args: &AutopatchArgs) -> Result<ExitCode> {
    let roots: Vec<PathBuf> = args.paths.iter().chain(&args.more_paths).cloned().collect();
    ensure!(!roots.is_empty(), "no paths to patch");
    let is_recursive = !args.no_recurse;
    let files = || {
        roots
            .iter()
            .flat_map(|it| files_of(it, is_recursive))
            .filter(|it| !it.is_symlink())
    };
    let files: Vec<PathBuf> = files().collect();
    if args.undo {
        return undo::undo(&roots, &files);
    }
    let target = target(args)?;
    let settings = settings(args)?;
    let mut libraries = Libraries::default();
    if !args.ignore_existing {
        libraries.add(&roots, is_recursive);
    }
    libraries.add(&args.libs, false);
    if args.from_index {
        get_packages(args, &roots, &files, &target, &mut libraries)?;
    }
    let mut text = String::from("automatically fixing dependencies for ELF files\n");
    libraries
        .skipped
        .iter()
        .for_each(|line| text += &format!("{line}\n"));
    let bar = bar::of_things("patching", files.len());
    let (outcomes, progress) = stopped::each(&files, &bar, |it| {
        autopatch(it, &target, &libraries, &settings)
    })?;
    let mut missing = Vec::new();
    let mut is_whole = true;
    for outcome in outcomes {
        match outcome {
            Ok(Outcome {
                lines,
                missing: more,
                ..
            }) => {
                lines.iter().for_each(|line| text += &format!("{line}\n"));
                missing.extend(more);
            }
            Err(error) => {
                is_whole = false;
                text += &format!("error: {error:#}\n");
            }
        }
    }
    let is_complete = report(&missing, &args.ignore_missing, &mut text)?;
    print(&text)?;
    progress.end_if_stopped();
    if !is_complete {
        // As it is: whoever builds with auto-patchelf looks for these words.
        tell(&format!("{FAILURE}\n"));
    }
    Ok(if is_complete && is_whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Gets packages for what the files miss, until no package has any of it, and adds their libraries.
fn get_packages(
    args: &AutopatchArgs,
    roots: &[PathBuf],
    files: &[PathBuf],
    target: &Target,
    libraries: &mut Libraries,
) -> Result<()> {
    let look = Settings {
        is_dry_run: true,
        ..settings(args)?
    };
    let file = roots.iter().find(|it| !it.is_dir());
    ensure!(
        file.is_none(),
        "--from-index keeps packages by a root in a directory; name the one that has {}",
        file.unwrap_or(&PathBuf::new()).display()
    );
    let mut packages = Packages::new(args, &target.loader)?;
    loop {
        let outcomes = parallel::each(files, |it| autopatch(it, target, libraries, &look));
        // What cannot be read is told later, with all else that is done.
        let missing: Vec<_> = outcomes
            .into_iter()
            .flatten()
            .flat_map(|it| it.missing)
            .collect();
        let found = packages.get(&missing)?;
        if found.is_empty() {
            break;
        }
        libraries.add(&found, false);
    }
    let trees = roots.iter().filter(|_| !args.dry_run);
    // Before any file names what is in them.
    { trees }.try_for_each(|it| packages.keep(it, &target.loader))
}

/// Tells of the libraries that are missing; false if one of them may not be.
fn report(missing: &[Missing], ignored: &[String], text: &mut String) -> Result<bool> {
    let ignored: Vec<Pattern> = ignored
        .iter()
        .map(|it| Pattern::new(it))
        .collect::<Result<_>>()?;
    *text += &format!(
        "auto-patchelf: {} dependencies could not be satisfied\n",
        missing.len()
    );
    let mut is_complete = true;
    let mut wanted = BTreeMap::new();
    for it in missing {
        let (name, file) = (it.name(), it.file.display());
        let file_name = |name: &OsString| {
            Path::new(name)
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        };
        let is_ignored = it.names.iter().any(|name| {
            ignored
                .iter()
                .any(|pattern| pattern.fits(file_name(name).as_bytes()))
        });
        if is_ignored {
            *text += &format!("warn: auto-patchelf ignoring missing {name} wanted by {file}\n");
        } else {
            *text += &format!(
                "error: auto-patchelf could not satisfy dependency {name} wanted by {file}\n"
            );
            is_complete = false;
            for name in &it.names {
                wanted.insert(file_name(name), ());
            }
        }
    }
    *text += &hints(wanted.into_keys());
    Ok(is_complete)
}

/// The packages that have missing libraries, if there is an index.
fn hints(names: impl Iterator<Item = String>) -> String {
    let index = Index::open_default().ok().flatten();
    let hint = |name: String| {
        if is_driver_library(&name) {
            return Some(format!(
                "hint: {name}: {NEVER_FROM_A_PACKAGE}; to do without it: --ignore-missing {name}\n"
            ));
        }
        let index = index.as_ref()?;
        let providers = index.providers(&name).ok()?;
        let provider = providers.iter().find(|it| it.top_level)?;
        let attribute = provider.attribute.as_ref()?;
        Some(format!(
            "hint: {name} is in pkgs.{attribute}: add it to buildInputs\n"
        ))
    };
    names.filter_map(hint).collect()
}

fn target(args: &AutopatchArgs) -> Result<Target> {
    let tools = env::var_os("NIX_BINTOOLS").filter(|it| !it.is_empty());
    let named = |file: &str| -> Result<Option<PathBuf>> {
        let Some(tools) = &tools else {
            return Ok(None);
        };
        let file = Path::new(tools).join("nix-support").join(file);
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Some(text.trim().into()))
    };
    let loader = match &args.loader {
        Some(loader) => loader.clone(),
        None if args.from_index && tools.is_none() => from_index::loader()?,
        None => named("dynamic-linker")?
            .context("it is not known which loader programs should get: name it with --loader, or set NIX_BINTOOLS")?,
    };
    let libc = match &args.libc {
        Some(libc) => libc.clone(),
        None if args.loader.is_none() && tools.is_some() => {
            named("orig-libc")?.unwrap_or_default().join("lib")
        }
        None => loader
            .canonicalize()
            .unwrap_or(loader.clone())
            .parent()
            .unwrap_or(Path::new("/"))
            .to_owned(),
    };
    Target::new(&loader, libc)
}

fn settings(args: &AutopatchArgs) -> Result<Settings> {
    let flags = args.extra_args.iter().filter(|it| !it.is_empty());
    let extra = patch::extra(flags.cloned())?;
    let undo = match args.no_undo {
        true => Undo::Nowhere,
        false => Undo::InFile,
    };
    Ok(Settings {
        runtime_dependencies: args.runtime_dependencies.clone(),
        append_rpaths: args.append_rpaths.clone(),
        keep_libc: args.keep_libc,
        preserve_origin: args.preserve_origin,
        force_rpath: extra.force_rpath,
        edits: extra.edits,
        options: Options {
            page_size: extra.page_size,
            undo,
        },
        is_dry_run: args.dry_run,
    })
}
