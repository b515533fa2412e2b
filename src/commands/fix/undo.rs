//! `ldshim unfix`

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::say;
use crate::cli::UnfixArgs;
use crate::elf::interpreter;
use crate::fix::{self, Record};
use crate::interrupt::Undisturbed;
use crate::pin::State;
use crate::printable::Shown as _;
use crate::style::Mark;

pub(in crate::commands) fn run(args: &UnfixArgs) -> Result<ExitCode> {
    let state = State::of_user()?;
    let mut is_done = false;
    let operation = || format!("cannot look at {}", args.path.shown());
    for (_, tree) in fix::trees(&args.path).with_context(operation)? {
        let Some(record) = Record::read(&tree)? else {
            continue;
        };
        is_done = true;
        let copy = record.replaced.first().map(|it| tree.join(&it.path));
        let stub = copy.and_then(|it| interpreter(&it).ok().flatten());
        let undisturbed = Undisturbed::begin().context("cannot have signals wait")?;
        let restored = fix::restore(&tree, &record)?;
        drop(undisturbed);
        for path in &restored {
            say(&Mark::Fine.line(&format!("restored {}", path.shown())))?;
        }
        if restored.is_empty() {
            say(&Mark::Known.line(&format!(
                "{}: what ldshim had put there is gone already",
                tree.shown()
            )))?;
        }
        fix::release(&tree, &record, stub.as_deref(), &state);
    }
    if !is_done {
        bail!(
            "{} was not changed by `ldshim fix`: there is no {} in it; the pins of programs: ldshim unpin PROGRAM",
            args.path.shown(),
            fix::FILE
        );
    }
    Ok(ExitCode::SUCCESS)
}
