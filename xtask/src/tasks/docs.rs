//! `cargo xtask test docs [--write]`: `tests/docs` alone.

use std::process::Command;

use anyhow::Result;
use xtask_start::Network;

use crate::cli::DocsArgs;
use crate::fetch::Which;
use crate::{cargo, fetch, nix_linters, store, store_programs};

/// The programs of the manifest that the pages start.
const PROGRAMS: [&str; 7] = [
    "ninja",
    "node",
    "node-hid",
    "npm",
    "numpy",
    "pkg-prebuilds",
    "python",
];

/// With this variable the tests write what they would compare.
pub(super) const WRITE: &str = "LDSHIM_DOCS_WRITE";

pub(super) fn run(args: &DocsArgs) -> Result<()> {
    let mut command = tests(args.network.network())?;
    if args.write {
        command.env(WRITE, "1");
    }
    cargo::test(command)
}

/// The command that runs them, once all is there that they need.
pub(super) fn tests(network: Network) -> Result<Command> {
    store::build(network)?;
    store::build_of_programs(network)?;
    store_programs::build(Which::Small, network)?;
    nix_linters::fetch(network)?;
    for name in PROGRAMS {
        fetch::program(name, network)?;
    }
    Ok(cargo::command(&["test", "--test", "docs", "--"], network))
}
