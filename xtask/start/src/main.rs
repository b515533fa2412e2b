//! `cargo xtask TASK` begins here: what the machine lacks is said or installed at once, before anything is compiled.
//! Then the task itself is compiled, and runs in this process's place.

use std::env;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Error, Result};
use xtask_start::Network;
use xtask_start::tasks::Call;

fn main() -> ExitCode {
    let error = match run() {
        Ok(error) | Err(error) => error,
    };
    eprintln!("xtask: {error:#}");
    ExitCode::FAILURE
}

/// Returns only if the task cannot be started.
fn run() -> Result<Error> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let words = arguments
        .iter()
        .map(|word| word.to_string_lossy().into_owned());
    let call = Call::new(words);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = workspace
        .ancestors()
        .nth(2)
        .context("this is not in xtask/start")?;
    let target = env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
    let target = workspace.join(target);
    call.prepare(&target)?;

    if !target.join("debug/xtask").exists() {
        eprintln!("compiling the tasks, once: about a minute on two cores");
    }
    let mut task = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    task.args(["run", "--quiet", "--manifest-path"])
        .arg(workspace.join("xtask/Cargo.toml"))
        .args(["--package", "xtask", "--"])
        .args(&arguments);
    if call.network() == Network::Forbidden {
        task.env("CARGO_NET_OFFLINE", "true");
    }
    let error = task.exec();
    Err(error).context("cannot run cargo")
}
