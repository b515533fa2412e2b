//! `cargo xtask film [--check]`: the film of a first start, which `tests/docs/film` records and compares.

use anyhow::Result;

use super::docs;
use crate::cargo;
use crate::cli::FilmArgs;

pub(super) fn run(args: &FilmArgs) -> Result<()> {
    let mut command = docs::tests(args.network.network())?;
    command.arg("film::");
    if !args.check {
        command.env(docs::WRITE, "1");
    }
    cargo::test(command)
}
