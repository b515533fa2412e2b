//! `ldshim shell PROGRAM...`

use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

use super::explain::inherited;
use super::pin::lookup::providers;
use super::print;
use crate::choice::{ChoiceError, Choices, Knowledge, Need, NoFacts, choose, is_part_of_glibc};
use crate::cli::{ShellArgs, ShellFormat};
use crate::drivers::{NEVER_FROM_A_PACKAGE, WHERE_FROM};
use crate::elf::Architecture;
use crate::explain::Settings;
use crate::index::{Absence, HOW_TO_GET_ONE, Index};
use crate::shell::{Format, Listing, Package, Scope, Unprovided, nix_file};
use crate::terminal::{complain, note};

mod programs;

use programs::Programs;

/// Returns 0 if there is a package for each library, else 1; then the file has those that there are.
pub(super) fn run(args: &ShellArgs) -> Result<ExitCode> {
    let (format, scope) = match args.format {
        ShellFormat::Shell => (Format::Shell, Scope::All),
        ShellFormat::Flake => (Format::Flake, Scope::All),
        ShellFormat::Nixos => (Format::Nixos, Scope::Missing),
    };
    let settings = Settings {
        without_pins: true,
        ..inherited()?
    };
    let mut programs = Programs::new(settings, scope);
    for program in &args.programs {
        programs.add(program)?;
    }
    let architecture = programs.architecture().map_or_else(native, Ok)?;
    let needs: Vec<Need> = programs.needs.into_values().collect();
    let index = Index::open_default()?;
    ensure!(needs.is_empty() || index.is_some(), "{HOW_TO_GET_ONE}");
    let mut unprovided = programs.own;
    let packages = packages(needs, index.as_ref(), &mut unprovided)?;
    if packages.is_empty() && unprovided.is_empty() {
        let what = match scope {
            Scope::All => "no library but those of glibc and what they bring along",
            Scope::Missing => "no library that this system does not have",
        };
        note(&format!("these programs need {what}"));
    }
    for library in &unprovided {
        let (name, reason) = (&library.name, &library.reason);
        complain(&format!("no package for {name}: {reason}"));
    }
    let is_complete = unprovided.is_empty();
    let listing = Listing {
        programs: args
            .programs
            .iter()
            .map(|it| it.display().to_string())
            .collect(),
        architecture,
        packages,
        unprovided,
        revision: index.and_then(|it| it.revision().map(str::to_owned)),
    };
    print(&nix_file(&listing, format))?;
    Ok(if is_complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A package for each library; those without one are put into `unprovided`.
fn packages(
    mut needs: Vec<Need>,
    index: Option<&Index>,
    unprovided: &mut Vec<Unprovided>,
) -> Result<Vec<Package>> {
    // A newer glibc is no package of a list, but another nixpkgs, or another loader.
    needs.retain(|need| {
        let is_old = is_part_of_glibc(&need.name) && !need.lacking.is_empty();
        if is_old {
            let versions = need.lacking.join(", ");
            let reason = format!(
                "{versions} needs a newer glibc: a newer nixpkgs, or programs.nix-ld.loader"
            );
            unprovided.push(unprovided_for(need, reason));
        }
        !is_old
    });
    let native = native()?;
    let mut known = providers(index, needs.iter().map(|it| it.name.clone()), native)?;
    for (name, providers) in &mut known {
        // Nothing else can be named in a Nix file, and found in a list of packages.
        let place = format!("lib/{name}");
        providers.retain(|it| {
            it.top_level && it.attribute.is_some() && it.path.trim_start_matches('/') == place
        });
    }
    let choices = loop {
        let knowledge = Knowledge {
            providers: &known,
            selections: &[],
            chosen: &[],
            facts: &NoFacts,
            glibc: None,
            glibc_package: None,
        };
        let error = match choose(&needs, &knowledge) {
            Ok(choices) => break choices,
            Err(error) => error,
        };
        let (need, reason) = match &error {
            ChoiceError::NoProvider(need) => (need, absence(&need.name, index)),
            ChoiceError::ByPath(need) => (
                need,
                "it is needed by its path, and a loader looks nowhere else".to_owned(),
            ),
            ChoiceError::NoVersions(need, _) => {
                let versions = need.versions.join(", ");
                (
                    need,
                    format!("no package in the index has it with {versions}"),
                )
            }
            ChoiceError::OfGlibc(need) => (
                need,
                "it is a part of glibc, and this one has none".to_owned(),
            ),
            ChoiceError::SelectedTwice(_) => return Err(error.into()),
        };
        let count = needs.len();
        unprovided.push(unprovided_for(need, reason));
        let name = need.name.clone();
        needs.retain(|it| it.name != name);
        ensure!(needs.len() < count, "cannot choose a package: {error}");
    };
    Ok(of_choices(&choices))
}

/// Why there is no package.
fn absence(name: &str, index: Option<&Index>) -> String {
    let known = index.and_then(|it| it.absence(name).ok());
    match known {
        Some(Absence::OfDriver) => format!("{NEVER_FROM_A_PACKAGE}; {WHERE_FROM}"),
        known => {
            let others = known.and_then(|it| it.line(name));
            let others = others.map_or(String::new(), |it| format!("; {it}"));
            format!("no package in the index has it in its lib/{others}")
        }
    }
}

fn of_choices(choices: &Choices) -> Vec<Package> {
    let packages = choices.iter().filter_map(|choice| {
        Some(Package {
            attribute: choice.candidate.attribute.clone()?,
            output: choice.candidate.output.clone(),
            libraries: vec![choice.need.name.clone()],
        })
    });
    packages.collect()
}

fn unprovided_for(need: &Need, reason: String) -> Unprovided {
    Unprovided {
        name: need.name.clone(),
        reason: reason + &need.by(),
    }
}

/// The architecture of the packages in the index. Those for other architectures have the same names.
fn native() -> Result<&'static Architecture> {
    Architecture::of_this_machine().context("ldshim does not know the machine that it runs on")
}
