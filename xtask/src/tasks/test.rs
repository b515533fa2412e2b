//! `cargo xtask test [--offline] [--arch ARCH | --store-glibc]`: everything that has to pass; `cargo xtask test nixos --modules
//! PATH`: the NixOS module among nixpkgs' own; `cargo xtask test programs [--all]`: real programs only; `cargo xtask test bundles`:
//! bundles on other distributions, also of large programs; `cargo xtask test docs`: the documentation only.

use std::io::{IsTerminal, stdout};
use std::path::Path;

use anyhow::{Result, bail};
use xtask_start::Network;

use crate::cargo;
use crate::cli::{Arch, TestArgs, TestOnly};
use crate::fetch::Which;
use crate::{
    fetch, glibcs, kernel, nix_linters, roots, shaken, store, store_glibc, store_programs,
};

mod only;
mod steps;

use steps::{Step, Then};

#[rustfmt::skip]
const STEPS: &[Step] = &[
    Step { name: "libraries and programs", then: Then::Stop, run: fetch },
    Step { name: "format", then: Then::GoOn, run: format },
    Step { name: "clippy", then: Then::GoOn, run: clippy },
    Step { name: "build", then: Then::Stop, run: build },
    Step { name: "tests", then: Then::GoOn, run: tests },
    Step { name: "behaviour, other glibcs", then: Then::GoOn, run: other_glibcs },
    Step { name: "behaviour, prepared", then: Then::GoOn, run: prepared_loaders },
    Step { name: "fuzzing", then: Then::GoOn, run: super::fuzz::briefly },
    Step { name: "documentation", then: Then::GoOn, run: documentation },
    AARCH64,
    RISCV64,
    I686,
];

/// What the tests of another architecture need before them.
#[rustfmt::skip]
const BEFORE_ARCH: &[Step] = &[
    Step { name: "libraries", then: Then::Stop, run: fetch_libraries },
];

const AARCH64: Step = Step {
    name: "stub for aarch64",
    then: Then::GoOn,
    run: |network| tests_of("aarch64", network),
};
const RISCV64: Step = Step {
    name: "stub for riscv64",
    then: Then::GoOn,
    run: |network| tests_of("riscv64", network),
};
const I686: Step = Step {
    name: "stub for i686",
    then: Then::GoOn,
    run: |network| tests_of("i686", network),
};

/// What `--store-glibc` adds.
const STORE_GLIBC: Step = Step {
    name: "behaviour, store's glibc",
    then: Then::GoOn,
    run: store_glibc,
};

fn steps(arch: Option<Arch>) -> Vec<Step> {
    let chosen: &[Step] = match arch {
        None => return STEPS.to_vec(),
        Some(Arch::Aarch64) => &[AARCH64],
        Some(Arch::Riscv64) => &[RISCV64],
        Some(Arch::I686) => &[I686],
        Some(Arch::All) => &[AARCH64, RISCV64, I686],
    };
    [BEFORE_ARCH, chosen].concat()
}

pub(super) fn run(args: &TestArgs) -> Result<()> {
    match &args.only {
        Some(TestOnly::Nixos(args)) => return only::nixos(args),
        Some(TestOnly::Docs(args)) => return super::docs::run(args),
        Some(TestOnly::Programs(args)) => return only::programs(args),
        Some(TestOnly::Bundles(args)) => return only::bundles(args),
        None => {}
    }
    if let Some(which) = args.shaken {
        fetch(args.network.network())?;
        return shaken::run(which, args.network.network());
    }
    let mut steps = steps(args.arch);
    if args.store_glibc {
        steps.push(STORE_GLIBC);
    }
    steps::run(&steps, args.network.network())
}

fn fetch(network: Network) -> Result<()> {
    store::build(network)?;
    store::build_of_programs(network)?;
    kernel::fetch(network)?;
    glibcs::fetch(network)?;
    roots::fetch(network)?;
    store_programs::build(Which::Small, network)?;
    nix_linters::fetch(network)?;
    fetch::all(Which::Small, network).map(drop)
}

fn fetch_libraries(network: Network) -> Result<()> {
    store::build(network).map(drop)
}

/// The tests of the stub's file and of its behaviour, for another architecture.
fn tests_of(arch: &str, network: Network) -> Result<()> {
    let args = [
        "test",
        "--no-fail-fast",
        "--test=stub_image",
        "--test=behaviour",
    ];
    let mut command = cargo::command(&args, network);
    command.env("LDSHIM_TEST_ARCH", arch);
    cargo::test(command)?;
    let mut command = cargo::command(&["test", "--test=behaviour"], network);
    command.env("LDSHIM_TEST_ARCH", arch);
    command.env("LDSHIM_TEST_LOADERS", "prepared");
    cargo::test(command)
}

/// The behaviours with loaders that are prepared for their library environments.
fn prepared_loaders(network: Network) -> Result<()> {
    let mut command = cargo::command(&["test", "--test=behaviour"], network);
    command.env("LDSHIM_TEST_LOADERS", "prepared");
    cargo::test(command)
}

fn format(network: Network) -> Result<()> {
    cargo::run(cargo::command(&["fmt", "--check"], network))
}

fn clippy(network: Network) -> Result<()> {
    let args = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    cargo::run(cargo::command(&args, network))
}

fn build(network: Network) -> Result<()> {
    cargo::run(cargo::command(
        &["build", "--release", "--workspace"],
        network,
    ))
}

/// Among them is `stub_image`, which also builds the stub with GNU ld.
fn tests(network: Network) -> Result<()> {
    let mut command = cargo::command(&["test", "--workspace", "--no-fail-fast"], network);
    if !stdout().is_terminal() {
        command.env("CARGO_TERM_PROGRESS_WHEN", "never");
    }
    cargo::test(command)
}

/// The behaviours with the loaders of other suites. All are tried, even if one fails.
fn other_glibcs(network: Network) -> Result<()> {
    let mut failed = Vec::new();
    for glibc in glibcs::fetch(network)? {
        eprintln!("--> glibc of Debian {}", glibc.suite);
        if let Err(error) = behaviours_with(&glibc.folder, network) {
            failed.push(format!("{} ({error:#})", glibc.suite));
        }
    }
    if !failed.is_empty() {
        bail!("with the glibc of {}", failed.join(", "));
    }
    Ok(())
}

fn store_glibc(network: Network) -> Result<()> {
    behaviours_with(&store_glibc::build(network)?, network)
}

/// `tests/behaviour` with another glibc's loader: its header says what the folder has to have.
fn behaviours_with(glibc: &Path, network: Network) -> Result<()> {
    let mut command = cargo::command(&["test", "--test", "behaviour"], network);
    command.env("LDSHIM_TEST_GLIBC", glibc);
    cargo::test(command)
}

fn documentation(network: Network) -> Result<()> {
    let args = [
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ];
    let mut command = cargo::command(&args, network);
    command.env("RUSTDOCFLAGS", "-Dwarnings");
    cargo::run(command)
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn an_architecture_is_tested_after_what_it_needs_and_without_the_rest() {
        let names = |arch| -> Vec<_> { steps(arch).iter().map(|step| step.name).collect() };
        let needed = ["libraries"];
        assert_eq!(
            names(Some(Arch::I686)),
            [&needed[..], &["stub for i686"]].concat()
        );
        let all = names(None);
        for name in &names(Some(Arch::All))[1..] {
            assert!(all.contains(name), "{name}");
        }
    }
}
