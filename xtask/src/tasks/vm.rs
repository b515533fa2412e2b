//! `cargo xtask vm [SCENARIO]`: the virtual machine of `tests/vm`, by hand.

use std::process::Stdio;

use anyhow::Result;

use crate::cli::VmArgs;
use crate::{cargo, fetch, kernel, store};

pub(super) fn run(args: &VmArgs) -> Result<()> {
    let network = args.network.network();
    store::build(network)?;
    kernel::fetch(network)?;
    fetch::program("ruff", network)?;

    let mut command = cargo::command(&["test", "--quiet", "--test=vm"], network);
    let scenario = args.scenario.as_deref().unwrap_or_default();
    command.env("LDSHIM_VM_CONSOLE", scenario);
    command.stdin(Stdio::inherit());
    cargo::run(command)
}
