//! `cargo xtask peers patchelf CHECKOUT`: another project's tests, with ldshim in the place of its program.

use std::fs;

use anyhow::{Context, Result};

use crate::bench::patch;
use crate::cli::{PatchelfArgs, PeersTask};
use crate::peers::patchelf::Suite;
use crate::{cargo, workspace};

pub(super) fn run(task: &PeersTask) -> Result<()> {
    match task {
        PeersTask::Patchelf(args) => patchelf(args),
    }
}

fn patchelf(args: &PatchelfArgs) -> Result<()> {
    let network = args.network.network();
    let ldshim = cargo::build_release(network)?.join("ldshim");
    let checkout = fs::canonicalize(&args.checkout)
        .with_context(|| format!("cannot find {}", args.checkout.display()))?;
    let suite = Suite::build(&checkout)?;
    println!("its own tests:\n{}", suite.check(&ldshim)?);
    for seed in 1..=args.seeds {
        println!(
            "properties, seed {seed}: {}",
            suite.properties(&ldshim, seed, args.cases)?
        );
    }
    let folder = workspace::target("bench");
    println!(
        "{}",
        patch::measure(&ldshim, Some(&suite.own_program()), &folder, network)?
    );
    Ok(())
}
