//! The tasks: what each does, step by step.

use anyhow::Result;

use crate::cli::FetchArgs;
use crate::{fetch, prerequisites, store};

/// `cargo xtask fetch`
pub fn fetch(args: &FetchArgs) -> Result<()> {
    let network = args.network();
    prerequisites::ensure(network)?;

    let store = store::build(network)?;
    println!("loader     {}", store.loader()?.display());
    println!(
        "libraries  {} directories in the Nix store",
        store.library_directories()?.len()
    );
    let programs = if args.programs.is_empty() {
        fetch::all(network)?
    } else {
        let fetched = args
            .programs
            .iter()
            .map(|name| fetch::program(name, network));
        fetched.collect::<Result<_>>()?
    };
    for program in programs {
        println!("program    {}", program.display());
    }
    Ok(())
}
