//! What a start of a bundled program takes, beside the program that it was made of.

use std::ffi::CString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use ldshim::sandbox::Root;
use xtask_start::process;

use super::measure::Samples;
use super::starter::{Exec, Starter};
use super::table::{Table, microseconds};

/// The rows, in their order.
const ROWS: [&str; 2] = ["as it is in the store", "bundled"];

/// Starts a program of a Nix store and its bundle in turns, `runs` times each. `loader` is that of the store, beside which its
/// libraries are.
///
/// # Errors
/// The program cannot be made or started.
pub fn measure(ldshim: &Path, loader: &Path, folder: &Path, runs: u32) -> Result<Table> {
    let folder = folder.join("bundle");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let original = store_program(loader, &folder)?;
    let bundle = folder.join("bundled");
    let mut command = Command::new(ldshim);
    command
        .arg("bundle")
        .arg(&original)
        .arg("--out")
        .arg(&bundle);
    process::run(&mut command)?;
    let programs = [original, bundle.join("bin/store-program")];
    let execs: Vec<Exec> = programs.iter().map(|it| exec(it)).collect::<Result<_>>()?;
    let mut starter = Starter::new(&Root::like_host()?, &execs)?;
    let samples = Samples::in_turns(&mut starter, &[0, 1], runs)?;
    drop(starter);

    let mut table = Table::new(&["", "min", "p10", "median", "ratio"]);
    let first = samples[0].time(0.1);
    for (name, samples) in ROWS.iter().zip(&samples) {
        let [min, p10, median] = [0.0, 0.1, 0.5].map(|share| samples.time(share));
        let mut row = vec![(*name).to_owned()];
        row.extend([min, p10, median].map(microseconds));
        row.push(format!("{:.3}", p10 as f64 / first as f64));
        table.row(row);
    }
    Ok(table)
}

/// An empty C program as nixpkgs builds them: with a loader and a search path of the store.
fn store_program(loader: &Path, folder: &Path) -> Result<PathBuf> {
    let (source, program) = (folder.join("empty.c"), folder.join("store-program"));
    fs::write(&source, "int main(void) { return 0; }\n").context("cannot write a source")?;
    let libraries = loader.parent().context("the loader is in no folder")?;
    let mut compiler = Command::new("cc");
    compiler.arg(&source).arg("-o").arg(&program);
    compiler.arg(format!("-Wl,--dynamic-linker={}", loader.display()));
    compiler.arg(format!("-Wl,-rpath,{}", libraries.display()));
    process::run(&mut compiler)?;
    Ok(program)
}

fn exec(program: &Path) -> Result<Exec> {
    Ok(Exec {
        words: vec![CString::new(program.as_os_str().as_encoded_bytes())?],
        environment: vec![CString::new("PATH=/usr/bin:/bin")?],
    })
}
