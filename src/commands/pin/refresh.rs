//! `ldshim pins --refresh`: pins are made anew, as `ldshim pin` would make them now.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Parser;

use crate::cli::{Cli, Command};
use crate::pin::Pin;

/// Makes the pin of a program anew: with the library environment of today, and packages for the same libraries. Nothing is
/// asked: where a package was chosen before, that one is meant, by its attribute if it has one.
pub(in crate::commands) fn refresh(pin: &Pin, program: &str, is_of_system: bool) -> Result<()> {
    let Command::Pin(args) = Cli::try_parse_from(arguments(pin, program, is_of_system))?.command
    else {
        bail!("cannot pin {program}: the flags are those of another command");
    };
    let status =
        super::pin_program(&args).with_context(|| format!("cannot renew the pin of {program}"))?;
    if status != ExitCode::SUCCESS {
        bail!("{program} would still not start");
    }
    Ok(())
}

/// What a user would say.
fn arguments(pin: &Pin, program: &str, is_of_system: bool) -> Vec<OsString> {
    let mut all: Vec<OsString> = ["ldshim", "pin", "--yes"].map(Into::into).into();
    if is_of_system {
        all.push("--system".into());
    } else {
        for path in &pin.extra_paths {
            all.extend(["--extra-path".into(), path.into()]);
        }
    }
    for package in &pin.packages {
        let named = package.attribute.clone();
        let named = named.unwrap_or_else(|| package.store_path.display().to_string());
        for library in &package.libraries {
            all.extend(["--select".into(), format!("{library}={named}").into()]);
        }
    }
    // A pin of the libraries of then is to be one of the libraries of today, and one that was forced stays so.
    if pin.packages.is_empty() || pin.verified.is_none() {
        all.push("--force".into());
    }
    all.extend(["--".into(), program.into()]);
    all
}
