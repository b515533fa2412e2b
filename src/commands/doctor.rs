//! `ldshim doctor` and `ldshim doctor --message TEXT`

use std::io::{self, Read};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

use super::explain::inherited;
use super::{print, report};
use crate::cli::DoctorArgs;
use crate::doctor::{diagnose, examine, is_healthy, json, text};
use crate::terminal::complain;

/// The most that is read of standard input, in bytes.
const MOST_INPUT: u64 = 1 << 30;

/// Returns 0 if nothing is wrong, or if the message is known; else 1.
pub(super) fn run(args: &DoctorArgs) -> Result<ExitCode> {
    let is_fine = match &args.message {
        Some(message) if message == "-" => explain_message(&standard_input()?, args)?,
        Some(message) => explain_message(message, args)?,
        None => {
            let groups = examine(&inherited()?);
            if args.json {
                print(&format!("{:#}\n", json::groups(&groups)))?;
            } else {
                report(&text::groups(&groups))?;
            }
            is_healthy(&groups)
        }
    };
    Ok(if is_fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Whether the message is known.
fn explain_message(message: &str, args: &DoctorArgs) -> Result<bool> {
    ensure!(
        !message.trim().is_empty(),
        "there is no message to explain; give the text to --message, or `--message -` and the text on standard input"
    );
    let diagnoses = diagnose(message);
    let is_known = !diagnoses.is_empty();
    if args.json {
        print(&format!("{:#}\n", json::diagnoses(&diagnoses)))?;
        return Ok(is_known);
    }
    if !is_known {
        complain(
            "this message is not known (only messages in English are: LC_ALL=C); `ldshim explain PROGRAM` says what is \
             wrong with a program, `ldshim doctor` what is wrong with the system",
        );
    }
    report(&text::diagnoses(&diagnoses))?;
    Ok(is_known)
}

fn standard_input() -> Result<String> {
    let mut bytes = Vec::new();
    let mut input = io::stdin().lock().take(MOST_INPUT);
    let read = input.read_to_end(&mut bytes);
    read.context("cannot read the message from standard input")?;
    ensure!(
        (bytes.len() as u64) < MOST_INPUT,
        "the log on standard input is larger than 1 GiB; give a part of it: `tail -c 500M LOG | ldshim doctor --message -`"
    );
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|it| String::from_utf8_lossy(it.as_bytes()).into_owned()))
}
