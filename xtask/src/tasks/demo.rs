//! `cargo xtask demo`

use anyhow::Result;

use crate::cargo;

pub(super) fn run(args: &crate::cli::DemoArgs) -> Result<()> {
    cargo::build_release(args.network.network())?;
    anyhow::bail!("not there yet")
}
