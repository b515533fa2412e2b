//! `ldshim env build` and `ldshim env show`

use std::fmt::Write as _;
use std::path::{self, Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use loader_stub::c_library::CLibrary;
use serde_json::{Value, json};

use super::{print, report};
use crate::cli::{EnvBuildArgs, EnvCommand, EnvShowArgs, ExtraPath};
use crate::library_env::{CacheProblem, Collection, Inspection, inspect, may_execute_in};
use crate::style::{BAD, GOOD};
use crate::terminal::{self, warn};

pub(super) fn run(command: &EnvCommand) -> Result<ExitCode> {
    match command {
        EnvCommand::Build(args) => build(args),
        EnvCommand::Show(args) => show(args),
    }
}

fn build(args: &EnvBuildArgs) -> Result<ExitCode> {
    let mut collection = Collection::new(&args.loader)?;
    let found = collection.architecture();
    let asked = args.arch.unwrap_or(found);
    ensure!(
        found == asked,
        "cannot build {}: {} is a loader for {found}, and --arch asks for one for {asked}; name another loader",
        args.out.display(),
        args.loader.display()
    );
    // A driver is the system's own, and not to be replaced by a package's file of the same name.
    for extra in &args.extra_path {
        add_extra_path(&mut collection, extra)?;
    }
    for path in &args.paths {
        collection.add_package(path)?;
    }
    if args.verbose {
        for note in collection.notes() {
            terminal::note(&note.to_string());
        }
    }
    let mut env = collection.finish()?;
    let place = match &args.place {
        Some(place) => {
            ensure!(
                place.is_absolute(),
                "cannot prepare a loader for {}: programs are started anywhere; name the whole path",
                place.display()
            );
            place.clone()
        }
        None => place_of(&args.out)?,
    };
    if args.place.is_some() || may_execute_in(&place) {
        // Without a prepared loader all is the same, but for the time that starts take.
        if let Err(error) = env.prepare_loader(&place)
            && args.verbose
            && args.place.is_some()
        {
            warn(&format!("{error:#}"));
        }
    }
    let directory = env.write(&args.out)?;
    print(&format!(
        "{} in {}\n",
        count(env.libraries.len(), "library", "libraries"),
        directory.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// The path of `out` without links on the way, by which the kernel would say it.
fn place_of(out: &Path) -> Result<PathBuf> {
    let out = path::absolute(out).context("cannot tell the path of --out")?;
    let parent = out.parent().and_then(|it| it.canonicalize().ok());
    Ok(match (parent, out.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        // Writing will say what is wrong.
        _ => out,
    })
}

fn add_extra_path(collection: &mut Collection, extra: &ExtraPath) -> Result<()> {
    let Some(names) = &extra.names else {
        return collection.add_extra_path(&extra.directory);
    };
    collection.add_known_path(&extra.directory)?;
    let notes = collection.notes().len();
    for name in names {
        collection.add_library(name, &extra.directory.join(name));
    }
    match collection.notes().get(notes) {
        Some(note) => bail!("cannot list {}: {note}", extra.directory.display()),
        None => Ok(()),
    }
}

fn show(args: &EnvShowArgs) -> Result<ExitCode> {
    let inspection = inspect(&args.dir)?;
    if args.json {
        print(&format!("{:#}\n", as_json(&inspection)))?;
    } else {
        report(&as_text(&inspection))?;
    }
    Ok(match inspection.problem_count() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

fn as_text(env: &Inspection) -> String {
    let mut lines = Vec::new();
    let bad = |text: &str| format!("{BAD}[{text}]{BAD:#}");
    let problem =
        |problem: Option<String>| problem.map_or(String::new(), |it| format!(" {}", bad(&it)));

    let mut loader = "loader   ".to_owned();
    match (&env.loader, env.architecture) {
        (Some(path), Some(known)) => _ = write!(loader, "{} ({known})", path.display()),
        (Some(path), None) => _ = write!(loader, "{}", path.display()),
        (None, _) => _ = write!(loader, "{BAD}missing{BAD:#}: there is no ld.so"),
    }
    if env.loader.is_some() {
        loader += &problem(env.loader_problem.as_ref().map(ToString::to_string));
    }
    lines.push(loader);
    if let Some(cache) = &env.prepared_for {
        lines.push(format!(
            "copy     ld.so is a copy of it, prepared for {}{}",
            cache.display(),
            if env.is_copy_outdated {
                " [not of the loader as it is now]"
            } else {
                ""
            }
        ));
    }

    for library in &env.libraries {
        lines.push(format!(
            "library  {} -> {}{}{}",
            library.name.display(),
            library.path.display(),
            if library.is_absent() {
                " (not there now)"
            } else {
                ""
            },
            problem(library.problem.as_ref().map(ToString::to_string))
        ));
    }
    match &env.cache_problem {
        None if env.c_library == Some(CLibrary::Musl) => {
            lines.push("cache    none: musl's loader has no use for one".into());
        }
        None => lines.push(format!("cache    lists {}", entries(env))),
        Some(CacheProblem::Missing) => {
            lines.push(format!(
                "cache    {BAD}missing{BAD:#}: there is no ld.so.cache"
            ));
        }
        Some(CacheProblem::Unreadable(error)) => {
            lines.push(format!("cache    {}", bad(&error.to_string())));
        }
        Some(CacheProblem::Damaged(error)) => {
            lines.push(format!("cache    {}", bad(&error.to_string())));
        }
        Some(CacheProblem::Differs(differences)) => {
            let differences = differences.iter().map(|it| bad(&it.to_string()));
            lines.extend(differences.map(|it| format!("cache    {it}")));
        }
    }
    for path in &env.extra_paths {
        lines.push(format!("extra    {}", path.display()));
    }
    for path in &env.known_paths {
        lines.push(format!("known    {}", path.display()));
    }
    if env.is_place_wrong {
        lines.push(match env.prepared_for {
            Some(_) => "place    [ld.so is prepared for another place than this]".into(),
            None => "place    [ld.so.cache.place does not say where ld.so has its path]".into(),
        });
    }
    lines.push(match env.problem_count() {
        0 => format!(
            "{GOOD}holds{GOOD:#}: {}",
            count(env.libraries.len(), "library", "libraries")
        ),
        problems => format!(
            "{BAD}does not hold{BAD:#}: {}",
            count(problems, "problem", "problems")
        ),
    });
    lines.join("\n") + "\n"
}

fn entries(env: &Inspection) -> String {
    count(env.cache_entries, "library", "libraries")
}

/// The output of `--json`. Later versions may add fields; `schema` counts up if one changes its
/// meaning or goes. Bytes of paths that are not UTF-8 are U+FFFD.
///
/// - `directory`: as it was given
/// - `holds`: whether a program can rely on it
/// - `loader`: `path` (null if there is no `ld.so`), `system` (Nix's name of the architecture;
///   null if unknown), `c_library` ("glibc" or "musl"; null if unknown), `problem`, `prepared_for` (the path of the
///   cache that `ld.so` is prepared for, if it is a copy of the loader; else null), `copy_is_outdated` (whether it is one of
///   the loader as it was)
/// - `libraries`: sorted by name; `name`, `path`, `problem`, `absent` (whether it is in one of `known_paths` that
///   does not have it now, which is no problem)
/// - `cache` (musl's loader has none: it is empty then, and that is no problem): `entries` (their
///   number), `problem` (null, "missing", "unreadable", "damaged" or "differs"), `details` (a list
///   of texts for people), `place_is_wrong` (whether
///   `ld.so.cache.place` is not true of the loader, or that is prepared for another place: starts are slower then)
/// - `extra_paths`: directories that are searched before the libraries, where they exist when a
///   program starts
/// - `known_paths`: directories whose libraries are listed by name, whether they are there or not
///
/// `problem` of a loader or library is null, "dangling", "unreadable", "not-elf", "other-machine"
/// or "not-shared"; a loader's may also be "missing".
fn as_json(env: &Inspection) -> Value {
    let libraries = env.libraries.iter().map(|library| {
        json!({
            "name": library.name.to_string_lossy(),
            "path": library.path.to_string_lossy(),
            "problem": library.problem.as_ref().map(|misfit| misfit.code()),
            "absent": library.is_absent(),
        })
    });
    let (cache_problem, cache_details) = match &env.cache_problem {
        None => (None, vec![]),
        Some(CacheProblem::Missing) => (Some("missing"), vec![]),
        Some(CacheProblem::Unreadable(error)) => (Some("unreadable"), vec![error.to_string()]),
        Some(CacheProblem::Damaged(error)) => (Some("damaged"), vec![error.to_string()]),
        Some(CacheProblem::Differs(differences)) => (
            Some("differs"),
            differences.iter().map(ToString::to_string).collect(),
        ),
    };
    json!({
        "schema": 1,
        "directory": env.directory.to_string_lossy(),
        "holds": env.problem_count() == 0,
        "loader": {
            "path": env.loader.as_ref().map(|path| path.to_string_lossy()),
            "system": env.architecture.map(|architecture| architecture.nix_system),
            "c_library": env.c_library.map(|c_library| match c_library {
                CLibrary::Glibc => "glibc",
                CLibrary::Musl => "musl",
            }),
            "problem": env.loader_problem.as_ref().map(|misfit| match env.loader {
                Some(_) => misfit.code(),
                None => "missing",
            }),
            "prepared_for": env.prepared_for.as_ref().map(|path| path.to_string_lossy()),
            "copy_is_outdated": env.is_copy_outdated,
        },
        "libraries": libraries.collect::<Vec<_>>(),
        "cache": {
            "entries": env.cache_entries,
            "problem": cache_problem,
            "details": cache_details,
            "place_is_wrong": env.is_place_wrong,
        },
        "extra_paths": env.extra_paths.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>(),
        "known_paths": env.known_paths.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>(),
    })
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
