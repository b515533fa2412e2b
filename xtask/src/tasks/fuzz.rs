//! `cargo xtask fuzz [TARGET]...`: random input for the stub's pure half and for the tool's parsers.
//!
//! It needs a nightly Rust, whose compiler can count what code an input reaches, and cargo-fuzz. A run starts
//! from `fuzz/corpus/`, and keeps what it finds in `target/fuzz/`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use xtask_start::{Network, process};

use anyhow::{Context, Result, bail, ensure};

use crate::cli::FuzzArgs;
use crate::{cargo, workspace};

/// How many targets run at the same time.
const AT_ONCE: usize = 2;
/// How long each target runs as a part of `cargo xtask test`, in seconds.
const BRIEFLY: u64 = 30;

pub(super) fn run(args: &FuzzArgs) -> Result<()> {
    let fuzzer = Fuzzer::prepare(args.network.network())?;
    let all = targets()?;
    for name in &args.targets {
        ensure!(
            all.contains(name),
            "there is no target {name}; there are: {}",
            all.join(", ")
        );
    }
    let chosen = if args.targets.is_empty() {
        &all
    } else {
        &args.targets
    };
    fuzzer.run(chosen, args.minutes * 60, None)?;
    if args.keep {
        for target in chosen {
            fuzzer.keep(target)?;
        }
    }
    Ok(())
}

/// Runs every target for a short time, with inputs that are the same each time: what it finds is to depend on the
/// change, not on the day.
///
/// # Errors
/// A target fails, or cannot be built.
pub(super) fn briefly(network: Network) -> Result<()> {
    Fuzzer::prepare(network)?.run(&targets()?, BRIEFLY, Some(1))
}

/// What the nightly compiler says of itself, if there is one.
fn nightly_version() -> Option<String> {
    let mut version = Command::new("rustup");
    let output = version.args(["run", "nightly", "rustc", "-vV"]).output();
    let output = output.ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The names of the targets, sorted.
fn targets() -> Result<Vec<String>> {
    let folder = workspace::root().join("fuzz/fuzz_targets");
    let context = || format!("cannot list {}", folder.display());
    let mut names = Vec::new();
    for entry in folder.read_dir().with_context(context)? {
        let path = entry.with_context(context)?.path();
        names.extend(
            path.file_stem()
                .and_then(|name| name.to_str())
                .map(str::to_owned),
        );
    }
    names.sort();
    Ok(names)
}

/// Everything that it needs, built.
struct Fuzzer {
    /// Where the programs are, one per target.
    programs: PathBuf,
}

impl Fuzzer {
    fn prepare(network: Network) -> Result<Self> {
        if nightly_version().is_none() && network == Network::Allowed {
            let mut install = Command::new("rustup");
            install.args(["toolchain", "install", "nightly", "--profile", "minimal"]);
            process::run(&mut install)?;
        }
        let version = nightly_version().context(
            "fuzzing needs a nightly Rust: install it with `rustup toolchain install nightly --profile minimal`",
        )?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.context("rustc does not say for which system it is")?;
        let tools = install(network)?;
        build(&tools, network)?;
        Ok(Self {
            programs: workspace::target("fuzz").join(host).join("release"),
        })
    }

    /// Runs targets, some at once. A seed makes them try the same each time.
    fn run(&self, targets: &[String], seconds: u64, seed: Option<u32>) -> Result<()> {
        let mut failed = Vec::new();
        for some in targets.chunks(AT_ONCE) {
            let children: Vec<_> = some
                .iter()
                .map(|target| self.start(target, seconds, seed))
                .collect::<Result<_>>()?;
            for (target, child) in some.iter().zip(children) {
                let output = child
                    .wait_with_output()
                    .with_context(|| format!("cannot wait for {target}"))?;
                let log = String::from_utf8_lossy(&output.stderr);
                let runs = log
                    .lines()
                    .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
                eprintln!("{target:<16} {} runs", runs.unwrap_or("?").trim());
                if !output.status.success() {
                    eprintln!("{log}");
                    failed.push(target.as_str());
                }
            }
        }
        ensure!(
            failed.is_empty(),
            "fuzzing found something: {}; what led to it is in {}, and `cargo xtask fuzz` runs the target again",
            failed.join(", "),
            workspace::target("fuzz/artifacts").display()
        );
        Ok(())
    }

    fn start(&self, target: &str, seconds: u64, seed: Option<u32>) -> Result<Child> {
        let [found, artifacts] =
            ["found", "artifacts"].map(|name| workspace::target("fuzz").join(name).join(target));
        for folder in [&found, &artifacts] {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let mut program = Command::new(self.programs.join(target));
        program.args([
            &format!("-max_total_time={seconds}"),
            "-timeout=20",
            "-max_len=4096",
            "-print_final_stats=1",
        ]);
        program.args(seed.map(|seed| format!("-seed={seed}")));
        program.arg(format!("-artifact_prefix={}/", artifacts.display()));
        // What is new goes into the first folder.
        program.arg(found).arg(corpus(target));
        let quiet = program
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        quiet
            .spawn()
            .with_context(|| format!("cannot start the target {target}"))
    }

    /// Puts into the repository's corpus what reaches more than is reached from there, and nothing twice.
    fn keep(&self, target: &str) -> Result<()> {
        let mut program = Command::new(self.programs.join(target));
        program
            .args(["-merge=1", "-max_len=4096"])
            .arg(corpus(target));
        process::run(program.arg(workspace::target("fuzz/found").join(target))).map(drop)
    }
}

/// The inputs of a target that are kept in the repository.
fn corpus(target: &str) -> PathBuf {
    workspace::root().join("fuzz/corpus").join(target)
}

/// Installs cargo-fuzz into target/tools, and returns the folder of its program.
fn install(network: Network) -> Result<PathBuf> {
    let tools = workspace::target("tools");
    let folder = tools.join("bin");
    if folder.join("cargo-fuzz").is_file() {
        return Ok(folder);
    }
    if network == Network::Forbidden {
        bail!("fuzzing needs cargo-fuzz, which `cargo xtask fuzz` without --offline installs");
    }
    let mut install = cargo::command(&["install", "--locked", "cargo-fuzz", "--root"], network);
    install.arg(tools);
    process::run(&mut install)?;
    Ok(folder)
}

fn build(tools: &Path, network: Network) -> Result<()> {
    let mut path = tools.as_os_str().to_owned();
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    let mut build = Command::new("rustup");
    build
        .args(["run", "nightly", "cargo", "fuzz", "build"])
        .current_dir(workspace::root());
    build
        .env("PATH", path)
        .env("CARGO_TARGET_DIR", workspace::target("fuzz"));
    if network == Network::Forbidden {
        build.env("CARGO_NET_OFFLINE", "true");
    }
    cargo::run(build)
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn every_target_has_a_corpus_and_is_built() {
        let manifest = std::fs::read_to_string(workspace::root().join("fuzz/Cargo.toml"))
            .expect("its manifest");
        let targets = targets().expect("the targets");
        assert!(targets.len() >= 6, "{targets:?}");
        for target in targets {
            assert!(
                manifest.contains(&format!("name = \"{target}\"")),
                "{target}"
            );
            let mut inputs = corpus(&target).read_dir().expect("a corpus");
            assert!(inputs.next().is_some(), "{target}");
        }
    }
}
