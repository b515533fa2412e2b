//! `ldshim unfix`

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::say;
use crate::cli::UnfixArgs;
use crate::fix::{self, Record};
use crate::pin::{self, State};

pub(in crate::commands) fn run(args: &UnfixArgs) -> Result<ExitCode> {
    let mut is_done = false;
    let operation = || format!("cannot look at {}", args.path.display());
    for (_, tree) in fix::trees(&args.path).with_context(operation)? {
        let Some(record) = Record::read(&tree)? else {
            continue;
        };
        is_done = true;
        let restored = fix::restore(&tree, &record)?;
        for path in &restored {
            say(&format!("restored {}\n", path.display()))?;
        }
        if restored.is_empty() {
            say(&format!(
                "{}: what ldshim had put there is gone already\n",
                tree.display()
            ))?;
        }
        // Where there is no such pin, all is well.
        _ = pin::unpin(&State::of_user()?, record.identity.as_ref());
    }
    if !is_done {
        bail!(
            "{} was not changed by `ldshim fix`: there is no {} in it; the pins of programs: ldshim unpin PROGRAM",
            args.path.display(),
            fix::FILE
        );
    }
    Ok(ExitCode::SUCCESS)
}
