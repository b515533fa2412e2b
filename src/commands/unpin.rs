//! `ldshim unpin PROGRAM|IDENTITY...`

use std::process::ExitCode;

use anyhow::Result;

use super::{pins, report};
use crate::cli::UnpinArgs;
use crate::pin;
use crate::terminal::complain;

/// Goes on with the others if one of them has no pin.
pub(super) fn run(args: &UnpinArgs) -> Result<ExitCode> {
    let state = pins::state(args.system)?;
    let mut status = ExitCode::SUCCESS;
    for name in &args.names {
        match pin::unpin(&state, name) {
            Ok(all) => {
                for removed in &all {
                    report(&format!("removed {}\n", pins::name(removed)))?;
                }
            }
            Err(error) => {
                complain(&format!("{error:#}"));
                status = ExitCode::FAILURE;
            }
        }
    }
    Ok(status)
}
