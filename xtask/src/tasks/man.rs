//! `cargo xtask man`: everything that is made of the flags of `ldshim`.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::{Generator, Shell};
use ldshim::cli::{self, Cli};

use crate::workspace;

const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Fish, Shell::Zsh];

pub(super) fn run() -> Result<()> {
    let man = workspace::target("man");
    write(&man, |command| clap_mangen::generate_to(command, &man))?;
    let completions = workspace::target("completions");
    write(&completions, |_| {
        for shell in SHELLS {
            let file = completions.join(shell.file_name("ldshim"));
            fs::write(file, cli::completions(shell))?;
        }
        Ok(())
    })
}

/// Lets `generate` fill an empty folder, and says where it is.
fn write(folder: &Path, generate: impl FnOnce(clap::Command) -> io::Result<()>) -> Result<()> {
    let context = || format!("cannot write {}", folder.display());
    // What is left from a subcommand of another name would look like one of today.
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(context)?;
    }
    fs::create_dir_all(folder).with_context(context)?;
    generate(Cli::command()).with_context(context)?;
    println!("{}", folder.display());
    Ok(())
}
