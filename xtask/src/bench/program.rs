//! The programs that are started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use xtask_start::{Network, process};

use super::many_libraries;
use crate::{fetch, workspace};

/// Where in the roots the folder `target/bench` is.
pub const BENCH_PLACE: &str = "/bench";
/// Where in the roots the folder of Node.js is.
pub const NODE_PLACE: &str = "/opt/node";
/// Where in the roots a directory with the libraries of the library environment is, for those who search directories.
pub const LIBRARIES_PLACE: &str = "/libs";

/// A program, as it is seen in the roots.
pub struct Program {
    /// What the tables call it.
    pub title: &'static str,
    /// The command line.
    pub words: &'static [&'static str],
    /// The directories of its libraries, separated by colons, for those who search directories.
    pub directories: String,
    /// How many empty programs are started while this one is started once, roughly.
    pub weight: u32,
}

/// All of them, lightest first.
pub fn all() -> [Program; 3] {
    let directories =
        many_libraries::directory_names().map(|name| format!("{BENCH_PLACE}/many/{name}:"));
    [
        Program {
            title: "an empty C program",
            words: &["/bench/empty"],
            directories: LIBRARIES_PLACE.to_owned(),
            weight: 1,
        },
        Program {
            title: "node --version",
            words: &["/opt/node/bin/node", "--version"],
            directories: LIBRARIES_PLACE.to_owned(),
            weight: 10,
        },
        Program {
            title: "300 libraries in 40 directories",
            words: &["/bench/many/program"],
            directories: directories.collect::<String>() + LIBRARIES_PLACE,
            weight: 10,
        },
    ]
}

/// Makes the programs, and returns the folder of Node.js.
///
/// # Errors
/// One cannot be compiled or fetched.
pub fn prepare(network: Network) -> Result<PathBuf> {
    let folder = workspace::target("bench");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    compile(&folder.join("empty"), "int main(void) { return 0; }\n")?;
    many_libraries::make(&folder.join("many"))?;
    let node = fetch::program("node", network)?;
    let home = node.ancestors().nth(2).context("node is not in bin/")?;
    Ok(home.to_owned())
}

fn compile(program: &Path, source: &str) -> Result<()> {
    let file = program.with_extension("c");
    fs::write(&file, source).with_context(|| format!("cannot write {}", file.display()))?;
    process::run(
        Command::new("cc")
            .arg("-O2")
            .arg("-o")
            .arg(program)
            .arg(file),
    )
    .map(drop)
}
