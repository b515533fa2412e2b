//! `cargo xtask fetch [--offline] [--store-glibc] [--all | PROGRAM...]`

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Result;

use crate::cli::FetchArgs;
use crate::fetch::Which;
use crate::{fetch, glibcs, kernel, nix_linters, roots, store, store_glibc, store_programs};

pub(super) fn run(args: &FetchArgs) -> Result<()> {
    let network = args.network.network();
    let store = store::build(network)?;
    store::build_of_programs(network)?;
    let mut out = io::stdout().lock();
    writeln!(out, "loader     {}", store.loader()?.display())?;
    writeln!(
        out,
        "libraries  {} directories in the Nix store",
        store.library_directories()?.len()
    )?;
    writeln!(out, "kernel     {}", kernel::fetch(network)?.display())?;
    for glibc in glibcs::fetch(network)? {
        writeln!(out, "glibc      {}", glibc.folder.display())?;
    }
    for root in roots::fetch(network)? {
        writeln!(out, "root       {}", root.display())?;
    }
    let which = if args.all { Which::All } else { Which::Small };
    for programs in store_programs::build(which, network)? {
        writeln!(out, "programs   {}", programs.display())?;
    }
    if args.store_glibc {
        writeln!(out, "glibc      {}", store_glibc::build(network)?.display())?;
    }
    writeln!(out, "linters    {}", nix_linters::fetch(network)?.display())?;
    let programs: Vec<PathBuf> = if args.programs.is_empty() {
        fetch::all(which, network)?
    } else {
        let fetched = args
            .programs
            .iter()
            .map(|name| fetch::program(name, network));
        fetched.collect::<Result<_>>()?
    };
    for program in programs {
        writeln!(out, "program    {}", program.display())?;
    }
    Ok(())
}
