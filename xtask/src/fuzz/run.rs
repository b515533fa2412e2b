//! Runs of the targets' programs: random input for a time, and what of it is worth keeping.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use xtask_start::process;

use super::{archive, corpus, found};
use crate::workspace;

/// How many targets run at the same time.
pub const AT_ONCE: usize = 2;

/// The longest input, in bytes.
const MAX_LEN: &str = "-max_len=4096";

/// Runs targets, some at once, each for a number of seconds. A seed makes them try the same each time.
/// `programs` is the folder of their programs.
///
/// # Errors
/// A target fails, which means that something was found; or it cannot be started.
pub fn targets(programs: &Path, targets: &[String], seconds: u64, seed: Option<u32>) -> Result<()> {
    let mut failed = Vec::new();
    for some in targets.chunks(AT_ONCE) {
        let children: Vec<_> = some
            .iter()
            .map(|target| start(programs, target, seconds, seed))
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

fn start(programs: &Path, target: &str, seconds: u64, seed: Option<u32>) -> Result<Child> {
    let artifacts = workspace::target("fuzz/artifacts").join(target);
    let found = found(target);
    for folder in [&found, &artifacts] {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut program = Command::new(programs.join(target));
    program.args([
        &format!("-max_total_time={seconds}"),
        "-timeout=20",
        MAX_LEN,
        "-print_final_stats=1",
    ]);
    program.args(seed.map(|seed| format!("-seed={seed}")));
    program.arg(format!("-artifact_prefix={}/", artifacts.display()));
    // What is new goes into the first folder.
    program.arg(found).arg(unpacked(target)?);
    let quiet = program
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    quiet
        .spawn()
        .with_context(|| format!("cannot start the target {target}"))
}

/// Writes the target's corpus anew: of it and of what was found, all that reaches more than the rest, and
/// nothing twice.
///
/// # Errors
/// A program fails, or the corpus cannot be written.
pub fn keep(programs: &Path, target: &str) -> Result<()> {
    let kept =
        tempfile::tempdir_in(workspace::target("fuzz")).context("cannot write target/fuzz")?;
    let mut merge = Command::new(programs.join(target));
    merge.args(["-merge=1", MAX_LEN]).arg(kept.path());
    process::run(merge.arg(unpacked(target)?).arg(found(target)))?;
    corpus::pack(kept.path(), &archive(target))
}

/// Unpacks the target's corpus, and returns the folder.
fn unpacked(target: &str) -> Result<PathBuf> {
    let folder = workspace::target("fuzz/corpus").join(target);
    corpus::unpack(&archive(target), &folder)?;
    Ok(folder)
}
