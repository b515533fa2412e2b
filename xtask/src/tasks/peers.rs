//! `cargo xtask peers PROJECT CHECKOUT`: another project's tests, with ldshim in the place of its program.

use anyhow::{Result, bail};

use crate::bench::patch;
use crate::cli::{NixLdArgs, PatchelfArgs, PeersTask};
use crate::peers::{nix_ld, patchelf};
use crate::{cargo, workspace};

pub(super) fn run(task: &PeersTask) -> Result<()> {
    match task {
        PeersTask::Patchelf(args) => patchelf(args),
        PeersTask::NixLd(args) => nix_ld(args),
    }
}

fn patchelf(args: &PatchelfArgs) -> Result<()> {
    let network = args.network.network();
    let ldshim = cargo::build_release(network)?.join("ldshim");
    let suite = patchelf::Suite::build(&args.checkout)?;
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

/// Each test with nix-ld's own stub too: what fails there says nothing about ldshim's.
fn nix_ld(args: &NixLdArgs) -> Result<()> {
    let network = args.network.network();
    let build = ["build", "--release", "--package=loader-stub"];
    cargo::run(cargo::command(&build, network))?;
    let stub = workspace::target("release/nix-ld");
    let suite = nix_ld::Suite::build(&args.checkout, network)?;
    println!("{:<28} {:<8} ldshim", "", "nix-ld");
    let mut failed = Vec::new();
    for test in suite.names()? {
        let own = suite.try_with(&suite.own_program(), &test)?;
        let ours = suite.try_with(&stub, &test)?;
        let [own, result] = [&own, &ours].map(|it| if it.is_ok() { "passes" } else { "FAILS" });
        println!("{test:<28} {own:<8} {result}");
        if let Err(text) = ours {
            println!("{text}");
            failed.push(test);
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}
