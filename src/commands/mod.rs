//! One file per subcommand.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::cli::{Cli, Command, choice};
use crate::interrupt;
use crate::terminal;

mod autopatch;
mod bundle;
mod completions;
mod doctor;
mod env;
mod explain;
mod fix;
mod freeze;
mod index;
mod ldconfig;
mod locate;
mod patch;
mod pin;
mod pins;
mod run;
mod shell;
mod size;
mod stopped;
mod stub;
mod unpin;

pub use ldconfig::ldconfig;
pub use patch::patchelf;

/// Carries out a parsed command line.
///
/// # Errors
/// What the subcommand reports: a message that names the object, the operation and the reason.
pub fn run(cli: Cli) -> Result<ExitCode> {
    choice(cli.color).write_global();
    interrupt::judge(carry_out(cli.command))
}

fn carry_out(command: Command) -> Result<ExitCode> {
    match command {
        Command::Run(args) => Ok(run::run(&args)),
        Command::Explain(args) => Ok(explain::run(&args)),
        Command::Doctor(args) => doctor::run(&args),
        Command::Autopatch(args) => autopatch::run(&args),
        Command::Freeze(args) => freeze::run(&args),
        Command::Bundle(args) => bundle::run(&args),
        Command::Patch(args) => patch::run(&args),
        Command::Fix(args) => fix::run(&args),
        Command::Unfix(args) => fix::unfix(&args),
        Command::Pin(args) => pin::run(&args),
        Command::Pins(args) => pins::run(&args),
        Command::Unpin(args) => unpin::run(&args),
        Command::Shell(args) => shell::run(&args),
        Command::Locate(args) => locate::run(&args),
        Command::Index(command) => index::run(&command),
        Command::Stub(command) => stub::run(&command),
        Command::Env(command) => env::run(&command),
        Command::Ldconfig(args) => ldconfig::run(&args),
        Command::Completions(args) => completions::run(&args),
    }
}

/// Prints a report for people to stdout, as a terminal can show it.
fn report(text: &str) -> Result<()> {
    terminal::print(text).context("cannot write to stdout")
}

/// Prints to stdout, as it is. A reader that has seen enough, such as `head`, is no error.
fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot write to stdout"),
    }
}
