//! Some tests alone, once all is there that they need.

use anyhow::Result;

use crate::cli::{BundlesArgs, NixosArgs, ProgramsArgs};
use crate::fetch::Which;
use crate::{cargo, fetch, nix_linters, nixpkgs, roots, store, store_programs};

/// The program of the manifest that is bundled; all others are of the store.
const FETCHED_BUNDLE: &str = "node";

/// `tests/nixos` with a checkout of nixpkgs, and what needs one besides.
pub fn nixos(args: &NixosArgs) -> Result<()> {
    let checkout = nixpkgs::checkout(&args.modules)?;
    let network = args.network.network();
    store::build(network)?;
    nix_linters::fetch(network)?;
    let arguments = ["test", "--test", "nixos", "--", "--include-ignored"];
    let mut command = cargo::command(&arguments, network);
    command.env("LDSHIM_TEST_NIXPKGS", checkout);
    cargo::test(command)
}

/// `tests/programs` alone. What is large counts as ignored there, unless it is asked for.
pub fn programs(args: &ProgramsArgs) -> Result<()> {
    let network = args.network.network();
    store::build(network)?;
    store::build_of_programs(network)?;
    let which = if args.all { Which::All } else { Which::Small };
    fetch::all(which, network)?;
    let mut command = cargo::command(&["test", "--test", "programs", "--"], network);
    if args.all {
        command.arg("--include-ignored");
    }
    command.args(&args.name);
    cargo::test(command)
}

/// `tests/elsewhere` with the large programs as well.
pub fn bundles(args: &BundlesArgs) -> Result<()> {
    let network = args.network.network();
    store::build(network)?;
    roots::fetch(network)?;
    store_programs::build(Which::All, network)?;
    fetch::program(FETCHED_BUNDLE, network)?;
    let mut command = cargo::command(&["test", "--test", "elsewhere", "--"], network);
    command.env("LDSHIM_TEST_BUNDLES", "all");
    command.args(&args.name);
    cargo::test(command)
}
