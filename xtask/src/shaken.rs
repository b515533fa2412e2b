//! The tests in conditions that they must not depend on. Two runs have all of them: what one has too little of, the
//! other has too much of.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use ldshim::sandbox::Root;
use xtask_start::Network;

use crate::cli::Shaken;
use crate::{cargo, workspace};

const RUNS: [Shaken; 2] = [Shaken::Sparse, Shaken::Crowded];

/// Runs `cargo test` in the conditions that `which` names.
///
/// # Errors
/// Tests fail in one of them; the others are run all the same.
pub fn run(which: Shaken, network: Network) -> Result<()> {
    let mut failed = Vec::new();
    for conditions in chosen(which, days_since_1970()) {
        eprintln!("--> tests, shaken: {conditions:?}");
        if let Err(error) = tests(&conditions, network) {
            failed.push(format!("{} ({error:#})", conditions.name));
        }
    }
    ensure!(
        failed.is_empty(),
        "failed in these conditions: {}; `cargo xtask test --shaken NAME` tries one of them again",
        failed.join(", ")
    );
    Ok(())
}

fn days_since_1970() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() / (24 * 60 * 60))
}

/// What is unlike the conditions of an ordinary run.
#[derive(Debug)]
struct Conditions {
    /// What `--shaken` calls them.
    name: &'static str,
    /// Where the clone is.
    folder: String,
    umask: &'static str,
    /// Whether the environment is emptied before `variables` are added.
    only: bool,
    /// How many variables there are in all.
    count: usize,
    /// Some of them.
    variables: &'static [(&'static str, &'static str)],
    /// Whether standard input is closed, and the process has no terminal.
    alone: bool,
}

fn chosen(which: Shaken, day: u64) -> Vec<Conditions> {
    match which {
        Shaken::All => RUNS
            .map(|run| chosen(run, day))
            .into_iter()
            .flatten()
            .collect(),
        Shaken::Today => chosen(RUNS[(day % 2) as usize], day),
        Shaken::Sparse => vec![sparse()],
        Shaken::Crowded => vec![crowded()],
    }
}

fn sparse() -> Conditions {
    Conditions {
        name: "sparse",
        folder: "/shaken/with space/ldshim".to_owned(),
        umask: "077",
        only: true,
        count: 3,
        variables: &[],
        alone: true,
    }
}

fn crowded() -> Conditions {
    Conditions {
        name: "crowded",
        folder: format!("/shaken/{:l<142}", "crowded/"),
        umask: "000",
        only: false,
        count: 300,
        variables: &[("TZ", "Pacific/Chatham"), ("LC_ALL", "tr_TR.UTF-8")],
        alone: false,
    }
}

/// As in `cargo xtask test`, with the work tree shown in another folder. What is compiled there knows that folder, so it
/// is kept apart from what is compiled otherwise.
fn tests(conditions: &Conditions, network: Network) -> Result<()> {
    let target = workspace::target("shaken").join(conditions.name);
    link_fetched(&target)?;
    let in_root = Path::new(&conditions.folder).join("target");
    // Something to mount on. Usually Cargo has made it, to compile this.
    let own = workspace::root().join("target");
    fs::create_dir_all(&own).with_context(|| format!("cannot make {}", own.display()))?;
    let root = Root::like_host()?
        .bind(workspace::root(), &conditions.folder)
        .bind(target, in_root);
    let mut command = conditions.command(cargo::program())?;
    command.args(["test", "--workspace", "--no-fail-fast"]);
    if network == Network::Forbidden {
        command.arg("--offline");
    }
    cargo::enter(&root, &mut command, &conditions.folder);
    cargo::test(command)
}

/// Lets a target directory have what has been fetched into the ordinary one.
fn link_fetched(target: &Path) -> Result<()> {
    let context = || format!("cannot make {}", target.display());
    fs::create_dir_all(target).with_context(context)?;
    for name in workspace::FETCHED {
        let link = target.join(name);
        if !link.is_symlink() {
            symlink(workspace::target(name), &link).with_context(context)?;
        }
    }
    Ok(())
}

impl Conditions {
    /// A program in these conditions. A shell makes those that a process is born with.
    fn command(&self, program: impl AsRef<OsStr>) -> Result<Command> {
        let mut script = format!("umask {} && exec ", self.umask);
        script += if self.alone {
            "setsid --wait \"$@\" <&-"
        } else {
            "\"$@\" </dev/null"
        };
        let mut command = Command::new("sh");
        command.args(["-c", &script, "sh"]);
        command.arg(program);
        if self.only {
            command.env_clear().envs(needed()?);
        }
        command.envs(self.variables.iter().copied());
        command.env_remove("CARGO_TARGET_DIR");
        let there = if self.only {
            3
        } else {
            env::vars_os().count() + self.variables.len()
        };
        for number in there..self.count {
            command.env(format!("LDSHIM_SHAKEN_{number}"), "x".repeat(number));
        }
        Ok(command)
    }
}

/// The three variables that Cargo and the tests need. There is no HOME among them.
fn needed() -> Result<[(&'static str, PathBuf); 3]> {
    let variable = |name: &str| env::var_os(name).map(PathBuf::from);
    let own = |name: &str, folder: &str| {
        let in_home = || Some(variable("HOME")?.join(folder));
        let place = variable(name).or_else(in_home);
        place.with_context(|| format!("there is neither {name} nor HOME"))
    };
    let path = variable("PATH").context("there is no PATH")?;
    // First the compiler that belongs to this Cargo, which may be that of rustup: without its variables rustup would
    // choose another one, or update it.
    let beside = PathBuf::from(cargo::program());
    let beside = beside.parent().unwrap_or(Path::new("/usr/bin"));
    let folders = [beside.to_owned()]
        .into_iter()
        .chain(env::split_paths(&path));
    let path = env::join_paths(folders)
        .context("cannot extend PATH")?
        .into();
    Ok([
        ("PATH", path),
        ("CARGO_HOME", own("CARGO_HOME", ".cargo")?),
        ("RUSTUP_HOME", own("RUSTUP_HOME", ".rustup")?),
    ])
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn two_days_have_all_conditions() {
        let days = [1, 2].map(|day| chosen(Shaken::Today, day));
        let mut names: Vec<_> = days
            .iter()
            .flatten()
            .map(|conditions| conditions.name)
            .collect();
        names.sort_unstable();
        assert_eq!(names, ["crowded", "sparse"]);
    }

    #[test]
    fn the_long_folder_has_150_bytes() {
        assert_eq!(crowded().folder.len(), 150);
    }

    /// The umask and the number of variables of a process in these conditions.
    fn seen_in(conditions: &Conditions) -> (String, usize) {
        let mut command = conditions.command("env").expect("a command");
        // What a shell adds is not counted.
        command.args([
            "sh",
            "-c",
            "umask; tr '\\0' '\\n' < /proc/$$/environ | grep -c '^[A-Z]'",
        ]);
        let printed = xtask_start::process::run(&mut command).expect("the shell runs");
        let (umask, count) = printed.trim().split_once('\n').expect("two lines");
        (umask.to_owned(), count.parse().expect("a number"))
    }

    #[test]
    fn a_sparse_run_has_three_variables_and_gives_no_rights() {
        let (umask, count) = seen_in(&sparse());
        assert_eq!(umask, "0077");
        // Shells add PWD, OLDPWD and SHLVL.
        assert!((3..=6).contains(&count), "{count}");
    }

    #[test]
    fn a_crowded_run_has_three_hundred_variables_and_gives_all_rights() {
        let (umask, count) = seen_in(&crowded());
        assert_eq!(umask, "0000");
        assert!((295..=305).contains(&count), "{count}");
    }
}
