//! Whether the library environments in use hold.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use loader_stub::c_library::CLibrary;
use loader_stub::plan;
use std::os::unix::ffi::OsStrExt;

use super::finding::Finding;
use super::plan::Plans;
use crate::explain::{Explainer, Plan, Problem, Settings};
use crate::library_env::{Inspection, LOADER_NAME, inspect};
use crate::{presets, printable};

/// At most so many names are listed.
const MOST_NAMES: usize = 5;

/// Looks at the library environments of both plans.
pub(super) fn check(plans: &Plans, settings: &Settings) -> Vec<Finding> {
    let plans = [&plans.here, &plans.elsewhere];
    let directories: BTreeSet<PathBuf> = plans
        .into_iter()
        .flatten()
        .filter_map(|plan| plan.libraries.as_ref())
        .filter_map(|it| plan::single_directory(it.path.as_os_str().as_bytes(), CLibrary::Glibc))
        .map(|directory| OsStr::from_bytes(directory).into())
        .filter(|directory: &PathBuf| directory.join(LOADER_NAME).symlink_metadata().is_ok())
        .collect();
    let mut findings: Vec<_> = directories
        .iter()
        .flat_map(|directory| of_directory(directory, settings))
        .collect();
    findings.extend(of_drivers(plans, settings));
    findings
}

/// Drivers that want a newer glibc than foreign programs have, or something else that these lack.
fn of_drivers(plans: [&Result<Plan, String>; 2], settings: &Settings) -> Option<Finding> {
    let explainer = Explainer::new(settings);
    let troubles = plans.into_iter().flatten();
    let troubles = troubles.flat_map(|plan| explainer.drivers_in_trouble(plan));
    let troubles: BTreeMap<PathBuf, String> = troubles.collect();
    let (first, why) = troubles.first_key_value()?;
    let names = troubles.keys().filter_map(|it| it.file_name());
    let names: Vec<_> = names.map(|it| it.display().to_string()).collect();
    let folder = first.parent().unwrap_or(first).display();
    Some(Finding::warning(
        "drivers-unusable",
        format!(
            "{folder}: foreign programs cannot load {}: {why}",
            shortened(&names)
        ),
        "These drivers come with the system, and have to fit the loader that foreign programs get: where they want a newer GLIBC_..., take \
         programs.nix-ld.loader and the libraries from the nixpkgs that the system is of. Graphics, or CUDA, does not work until then.",
    ))
}

fn of_directory(directory: &Path, settings: &Settings) -> Vec<Finding> {
    let name = directory.display();
    let env = match inspect(directory) {
        Ok(env) => env,
        Err(error) => {
            return vec![Finding::problem(
                "library-environment-unreadable",
                format!("{error:#}"),
                &format!(
                    "Everybody who starts programs has to be able to read it: chmod a+rx {}",
                    printable::shell_word(directory)
                ),
            )];
        }
    };
    let mut findings = Vec::new();
    let severe = env.problem_count() - usize::from(env.is_place_wrong);
    if severe > 0 {
        findings.push(Finding::problem(
            "library-environment-broken",
            format!("{name} does not hold: {severe} of its parts are wrong"),
            &format!("`ldshim env show {name}` lists them. Build it again, and root its packages against garbage collection."),
        ));
    } else {
        let count = env.libraries.len();
        let absent = env.libraries.iter().filter(|it| it.is_absent()).count();
        let absent = match absent {
            0 => String::new(),
            _ => format!("; {absent} of them are not there now: {}", folders(&env)),
        };
        let seen = format!("{name} holds: {count} libraries{absent}");
        findings.push(Finding::ok("library-environment", seen));
    }
    if env.is_place_wrong {
        findings.push(Finding::warning(
            "cache-place-wrong",
            match &env.prepared_for {
                Some(cache) => format!("{name}: its loader is prepared for {}", cache.display()),
                None => format!("{name}: ld.so.cache.place is not true of its loader"),
            },
            "Programs start more slowly. Build it again: ldshim env build --out DIR --loader LOADER PATH",
        ));
    }
    findings.extend(of_libraries(&env, settings));
    findings
}

/// The folders that libraries are expected in that are not there.
fn folders(env: &Inspection) -> String {
    let folders: Vec<_> = env
        .known_paths
        .iter()
        .map(|it| it.display().to_string())
        .collect();
    folders.join(", ")
}

/// Libraries that would not load: they need what the environment lacks.
fn of_libraries(env: &Inspection, settings: &Settings) -> Option<Finding> {
    let directory = env.directory.as_path();
    let settings = Settings {
        loader: Some(directory.join(LOADER_NAME).into()),
        library_path: Some(directory.into()),
        environment: Vec::new(),
        ..settings.clone()
    };
    let explainer = Explainer::new(&settings);
    let files: BTreeMap<&Path, &OsStr> = env
        .libraries
        .iter()
        // Those in known paths come with the system: `of_drivers` looks at them.
        .filter(|it| it.problem.is_none() && !it.is_known)
        .map(|it| (it.path.as_path(), it.name.as_os_str()))
        .collect();
    let mut missing = BTreeSet::new();
    let mut libraries = Vec::new();
    for (path, name) in files {
        let Ok(report) = explainer.explain(path) else {
            continue;
        };
        let lacks = report.problems.iter().filter_map(|problem| match problem {
            Problem::Missing { name, .. } => Some(name.display().to_string()),
            Problem::Version(missing) => Some(missing.version.display().to_string()),
            _ => None,
        });
        let lacks: Vec<_> = lacks.collect();
        if !lacks.is_empty() {
            missing.extend(lacks);
            libraries.push(name.display().to_string());
        }
    }
    (!libraries.is_empty()).then(|| {
        let missing: Vec<_> = missing.into_iter().collect();
        let advice = presets::advice(missing.iter().map(OsStr::new), false).unwrap_or_default();
        Finding::warning(
            "libraries-incomplete",
            format!(
                "{}: {} would not load, for lack of {}",
                directory.display(),
                shortened(&libraries),
                shortened(&missing)
            ),
            format!(
                "Add the packages that have these (`ldshim locate NAME`), or a newer loader where a version is named. {advice}"
            )
            .trim_end(),
        )
    })
}

/// Some names, and how many more there are.
fn shortened(names: &[String]) -> String {
    let listed = names[..names.len().min(MOST_NAMES)].join(", ");
    match names.len().saturating_sub(MOST_NAMES) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}
