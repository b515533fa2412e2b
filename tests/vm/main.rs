//! What users of the NixOS module do, in a virtual machine: each script of `nixos-module/tests/scenarios` is a test.
//!
//! The machine has the kernel of Debian 12, and a root like that of NixOS: `/nix/store`, `/run/current-system`, `/etc`,
//! no `/usr/lib`. What the module decides is built by Nix, from the module: the stub and the library environment, the
//! rules by which systemd-tmpfiles puts the stub at the loader's path, the variables of the session. It starts once
//! for all scenarios, and once more with the module disabled, where none of them may pass.
//!
//! `cargo xtask vm [SCENARIO]` starts the machine by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::LazyLock;

use libtest_mimic::{Arguments, Failed, Trial};

#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
#[path = "../programs/fetched.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod fetched;
mod foreign;
#[path = "../nixos/nix.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod nix;
mod root;
mod systems;

use common::machine::{Machine, Outcome, outcome};

/// The folder of the scenarios and of what they need.
const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/nixos-module/tests");

/// If it is set, it names the scenario whose console is to be shown; if it is empty, there is a shell.
const CONSOLE: &str = "LDSHIM_VM_CONSOLE";

fn main() -> ExitCode {
    let names = names();
    if let Ok(scenario) = std::env::var(CONSOLE) {
        return match by_hand(&scenario, &names) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                eprintln!("{message}");
                ExitCode::FAILURE
            }
        };
    }
    let mut trials: Vec<Trial> = names
        .into_iter()
        .map(|name| Trial::test(name.clone(), move || passes(&name)))
        .collect();
    let control = "no_scenario_passes_where_the_module_is_disabled";
    trials.push(Trial::test(control, none_passes));
    if let Some(obstacle) = systems::obstacle() {
        let ignore = |trial: Trial| trial.with_ignored_flag(true).with_kind(obstacle);
        trials = trials.into_iter().map(ignore).collect();
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The names of the scenarios.
fn names() -> Vec<String> {
    let entries = fs::read_dir(Path::new(TESTS).join("scenarios")).expect("the scenarios");
    let paths = entries.map(|entry| entry.expect("the scenarios").path());
    let name = |path: PathBuf| {
        path.file_stem()
            .and_then(|name| name.to_str().map(str::to_owned))
    };
    let mut names: Vec<String> = paths.filter_map(name).collect();
    names.sort();
    names
}

/// How the scenarios ended with the module enabled.
static ENABLED: LazyLock<BTreeMap<String, Outcome>> = LazyLock::new(|| run("enabled"));

fn passes(name: &str) -> Result<(), Failed> {
    let outcome = &ENABLED[name];
    if outcome.ending == "exit 0" {
        return Ok(());
    }
    Err(format!("{}\n{}", outcome.ending, outcome.printed).into())
}

/// The negative control of them all. They say why, so that it is not the machine that fails.
fn none_passes() -> Result<(), Failed> {
    let mut outcomes = run("disabled").into_iter();
    let has_failed =
        |outcome: &Outcome| outcome.ending == "exit 1" && outcome.printed.contains("FAILED: ");
    match outcomes.find(|(_, outcome)| !has_failed(outcome)) {
        Some((name, outcome)) => {
            Err(format!("{name}: {}\n{}", outcome.ending, outcome.printed).into())
        }
        None => Ok(()),
    }
}

/// Runs all scenarios in a machine that starts with this system.
fn run(system: &str) -> BTreeMap<String, Outcome> {
    let names = names();
    let console = machine(system, &names.join(" ")).console(root::archive());
    let read = |name: String| {
        let outcome = outcome(&console, &format!("scenario {name}"));
        (name, outcome)
    };
    names.into_iter().map(read).collect()
}

fn machine(system: &str, scenarios: &str) -> Machine {
    Machine {
        mebibytes: 1024,
        seconds: 600,
        // What is after the dashes are the first process's arguments; what is before them and means nothing to the
        // kernel, its variables.
        kernel_arguments: format!("system={system} -- {scenarios}"),
    }
}

/// `cargo xtask vm`
fn by_hand(scenario: &str, names: &[String]) -> Result<(), String> {
    if let Some(obstacle) = systems::obstacle() {
        return Err(format!("the virtual machine {obstacle}"));
    }
    if scenario.is_empty() {
        machine("enabled", "").interact(root::archive());
        return Ok(());
    }
    if !names.iter().any(|name| name == scenario) {
        let names = names.join("\n  ");
        return Err(format!(
            "there is no scenario {scenario}; there are:\n  {names}"
        ));
    }
    let console = machine("enabled", scenario).console(root::archive());
    println!("{console}");
    match outcome(&console, &format!("scenario {scenario}"))
        .ending
        .as_str()
    {
        "exit 0" => Ok(()),
        ending => Err(format!("{scenario}: {ending}")),
    }
}
