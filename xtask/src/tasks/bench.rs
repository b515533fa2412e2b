//! `cargo xtask bench`

use anyhow::Result;

use crate::cargo;

pub(super) fn run(args: &crate::cli::BenchArgs) -> Result<()> {
    cargo::build_release(args.network.network())?;
    anyhow::bail!("not there yet")
}
