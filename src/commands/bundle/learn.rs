//! `ldshim bundle --learn PROGRAM... -- COMMAND`

use std::process::Command;

use anyhow::{Context, Result};

use crate::bundle::learn::{self, Learned};
use crate::cli::BundleArgs;
use crate::printable::Shown as _;
use crate::terminal::{note, warn};
use crate::watch::Ending;

/// Runs the command and says what it found that stays behind.
pub(super) fn run(args: &BundleArgs) -> Result<Learned> {
    let name = args.command.first().context(
        "--learn needs a command to run: `ldshim bundle --learn PROGRAM --out DIR -- PROGRAM ARGS`",
    )?;
    let mut command = Command::new(name);
    command.args(&args.command[1..]);
    let learned = learn::learn(&args.programs, &mut command)
        .context("cannot learn what the programs need")?;
    if learned.ending != Ending::Exit(0) {
        warn(&format!(
            "the command that was to show what is needed ended with {}",
            learned.ending
        ));
    }
    say_left(&learned, args.verbose);
    Ok(learned)
}

fn say_left(learned: &Learned, verbose: bool) {
    let count = learned.left.len();
    if count == 0 {
        return;
    }
    if !verbose {
        note(&format!(
            "{count} files that the command opened stay behind; -v lists them"
        ));
        return;
    }
    for (path, reason) in &learned.left {
        let path = path.shown();
        note(&format!("{path} stays behind: {reason}"));
    }
}
