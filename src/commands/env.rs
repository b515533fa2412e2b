//! `ldshim env build` and `ldshim env show`

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use loader_stub::c_library::CLibrary;
use serde_json::{Value, json};

use super::print;
use crate::cli::{EnvBuildArgs, EnvCommand, EnvShowArgs};
use crate::library_env::{CacheProblem, Collection, Inspection, inspect, write_prepared_loader};

pub(super) fn run(command: &EnvCommand) -> Result<ExitCode> {
    match command {
        EnvCommand::Build(args) => build(args),
        EnvCommand::Loader(args) => {
            write_prepared_loader(&args.dir, &args.out)?;
            Ok(ExitCode::SUCCESS)
        }
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
    for path in &args.paths {
        collection.add_package(path)?;
    }
    for path in &args.extra_path {
        collection.add_extra_path(path)?;
    }
    if args.verbose {
        for note in collection.notes() {
            eprintln!("ldshim: {note}");
        }
    }
    let env = collection.finish()?;
    let directory = env.write(&args.out)?;
    print(&format!(
        "{} in {}\n",
        count(env.libraries.len(), "library", "libraries"),
        directory.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn show(args: &EnvShowArgs) -> Result<ExitCode> {
    let inspection = inspect(&args.dir)?;
    if args.json {
        print(&format!("{:#}\n", as_json(&inspection)))?;
    } else {
        print(&as_text(&inspection))?;
    }
    Ok(match inspection.problem_count() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

fn as_text(env: &Inspection) -> String {
    let mut lines = Vec::new();
    let problem = |problem: Option<String>| problem.map_or(String::new(), |it| format!(" [{it}]"));

    let mut loader = "loader   ".to_owned();
    match (&env.loader, env.architecture) {
        (Some(path), Some(known)) => _ = write!(loader, "{} ({known})", path.display()),
        (Some(path), None) => _ = write!(loader, "{}", path.display()),
        (None, _) => loader.push_str("missing: there is no ld.so"),
    }
    if env.loader.is_some() {
        loader += &problem(env.loader_problem.as_ref().map(ToString::to_string));
    }
    lines.push(loader);

    for library in &env.libraries {
        lines.push(format!(
            "library  {} -> {}{}",
            library.name.display(),
            library.path.display(),
            problem(library.problem.as_ref().map(ToString::to_string))
        ));
    }
    match &env.cache_problem {
        None if env.c_library == Some(CLibrary::Musl) => {
            lines.push("cache    none: musl's loader has no use for one".into());
        }
        None => lines.push(format!("cache    lists {}", entries(env))),
        Some(CacheProblem::Missing) => {
            lines.push("cache    missing: there is no ld.so.cache".into())
        }
        Some(CacheProblem::Unreadable(error)) => lines.push(format!("cache    [{error}]")),
        Some(CacheProblem::Damaged(error)) => lines.push(format!("cache    [{error}]")),
        Some(CacheProblem::Differs(differences)) => {
            lines.extend(differences.iter().map(|it| format!("cache    [{it}]")));
        }
    }
    for path in &env.extra_paths {
        lines.push(format!("extra    {}", path.display()));
    }
    if env.is_place_wrong {
        lines.push("place    [ld.so.cache.place does not say where ld.so has its path]".into());
    }
    lines.push(match env.problem_count() {
        0 => format!(
            "holds: {}",
            count(env.libraries.len(), "library", "libraries")
        ),
        problems => format!("does not hold: {}", count(problems, "problem", "problems")),
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
///   null if unknown), `c_library` ("glibc" or "musl"; null if unknown), `problem`
/// - `libraries`: sorted by name; `name`, `path`, `problem`
/// - `cache` (musl's loader has none: it is empty then, and that is no problem): `entries` (their
///   number), `problem` (null, "missing", "unreadable", "damaged" or "differs"), `details` (a list
///   of texts for people), `place_is_wrong` (whether
///   `ld.so.cache.place` is not true of the loader: starts are slower then)
/// - `extra_paths`: directories that are searched before the libraries, where they exist when a
///   program starts
///
/// `problem` of a loader or library is null, "dangling", "unreadable", "not-elf", "other-machine"
/// or "not-shared"; a loader's may also be "missing".
fn as_json(env: &Inspection) -> Value {
    let libraries = env.libraries.iter().map(|library| {
        json!({
            "name": library.name.to_string_lossy(),
            "path": library.path.to_string_lossy(),
            "problem": library.problem.as_ref().map(|misfit| misfit.code()),
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
        },
        "libraries": libraries.collect::<Vec<_>>(),
        "cache": {
            "entries": env.cache_entries,
            "problem": cache_problem,
            "details": cache_details,
            "place_is_wrong": env.is_place_wrong,
        },
        "extra_paths": env.extra_paths.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>(),
    })
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
