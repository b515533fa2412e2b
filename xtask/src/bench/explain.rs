//! How long `ldshim explain` takes for a whole directory tree.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

/// A tree that every host has, with many libraries.
const TREE: &str = "/usr/lib";

/// How often it is tried. The fastest counts.
const RUNS: usize = 5;

/// Explains [`TREE`] with a loader, and says in words how long that took.
///
/// # Errors
/// `ldshim` cannot be run, or does not print what it should.
pub fn measure(ldshim: &Path, loader: &Path) -> Result<String> {
    let mut fastest = Duration::MAX;
    let mut report = Vec::new();
    for _ in 0..RUNS {
        let mut command = Command::new(ldshim);
        command.args(["explain", "--json", "--all", TREE, "--loader"]);
        let start = Instant::now();
        let output = command.arg(loader).output();
        fastest = fastest.min(start.elapsed());
        report = output.context("cannot run ldshim explain")?.stdout;
    }
    let report: Value = serde_json::from_slice(&report).context("ldshim explain prints no JSON")?;
    let files = report["files"].as_array().map_or(0, Vec::len);
    let milliseconds = fastest.as_millis();
    Ok(format!(
        "ldshim explain --all {TREE}: {files} files in {milliseconds} ms"
    ))
}
