//! `cargo xtask fuzz [TARGET]...`: random input for the stub's pure half and for the tool's parsers.
//!
//! It needs a nightly Rust, which has AddressSanitizer. A run starts from the corpus, `fuzz/corpus/TARGET.tar.zst`, and
//! leaves what it finds in `target/fuzz/found/`.

use anyhow::{Result, ensure};
use xtask_start::Network;

use crate::cli::FuzzArgs;
use crate::fuzz::programs::{self, Build};
use crate::fuzz::{run, targets};

/// How long all targets together run as a part of `cargo xtask test`, in seconds.
const BRIEFLY: u64 = 60;

pub(super) fn run(args: &FuzzArgs) -> Result<()> {
    let all = targets()?;
    for name in &args.targets {
        ensure!(
            all.contains(name),
            "there is no target {name}; there are: {}",
            all.join(", ")
        );
    }
    let chosen = if args.targets.is_empty() {
        &all
    } else {
        &args.targets
    };
    let programs = programs::build(Build::Thorough, args.network.network())?;
    run::targets(&programs, chosen, args.minutes * 60, None)?;
    if args.keep {
        for target in chosen {
            run::keep(&programs, target)?;
        }
    }
    Ok(())
}

/// Runs every target for a short time, with inputs that are the same each time: what it finds is to depend on the
/// change, not on the day. The programs are built by the Rust that is there and without AddressSanitizer: soon.
///
/// # Errors
/// A target fails, or cannot be built.
pub(super) fn briefly(network: Network) -> Result<()> {
    let programs = programs::build(Build::Quick, network)?;
    let targets = targets()?;
    run::targets(&programs, &targets, share(targets.len()), Some(1))
}

/// How many seconds each of so many targets may run for all to be done after `BRIEFLY`.
fn share(targets: usize) -> u64 {
    let rounds = targets.div_ceil(run::AT_ONCE).max(1) as u64;
    // libFuzzer ends with the first second beyond what it was given, and needs part of one to read the corpus.
    (BRIEFLY / rounds).saturating_sub(2).max(1)
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn the_targets_share_a_minute() {
        assert_eq!(share(1), 58);
        assert_eq!(share(2), 58);
        assert_eq!(share(7), 13);
    }
}
