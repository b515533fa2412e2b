//! How long edits of ELF files take, beside patchelf's.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use xtask_start::{Network, process};

use super::table::Table;
use crate::fetch;

/// How often each is tried, in turns. The fastest counts.
const RUNS: usize = 5;

/// How many small libraries are edited.
const LIBRARIES: usize = 1000;

const LOADER: &str =
    "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-glibc-2.40-66/lib/ld-linux-x86-64.so.2";
const PATH: &str = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-gcc-14.2.1-lib/lib:/nix/store/0123456789abcdfghijklmnpqrsvwxyz-zlib-1.3/lib";

/// Sets loader and search path of Node.js, and the search path of [`LIBRARIES`] libraries. Files are made anew for each run,
/// in `folder`. `peer` is patchelf, which takes files one after the other.
///
/// # Errors
/// A program cannot be run, or fails.
pub fn measure(
    ldshim: &Path,
    peer: Option<&Path>,
    folder: &Path,
    network: Network,
) -> Result<Table> {
    let folder = folder.join("patch");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let node = fetch::program("node", network)?;
    let library = small_library(&folder)?;
    let named = folder.join("patchelf");
    let _older = fs::remove_file(&named);
    symlink(ldshim, &named).with_context(|| format!("cannot write {}", named.display()))?;
    let mut tools: Vec<(&str, &Path, &[&str])> = vec![
        ("ldshim patch", ldshim, &["patch"]),
        ("ldshim as patchelf", &named, &[]),
    ];
    tools.extend(peer.map(|it| ("patchelf", it, &[][..])));
    let mut table = Table::new(&[
        "edits",
        "node",
        "of it copying",
        "growth",
        "1,000 libraries",
    ]);
    let copying = copying(&node, &folder)?;
    for (name, program, first) in tools {
        let both = ["--set-interpreter", LOADER, "--set-rpath", PATH];
        let (mut best, mut grown) = (Duration::MAX, 0);
        for _ in 0..RUNS {
            let file = folder.join("node");
            fs::copy(&node, &file).context("cannot copy node")?;
            let before = fs::metadata(&file)?.len();
            best = best.min(timed(program, first, &both, std::slice::from_ref(&file))?);
            grown = fs::metadata(&file)?.len() as i64 - before as i64;
        }
        let mut many = Duration::MAX;
        for _ in 0..2 {
            let files = copies(&library, &folder)?;
            many = many.min(timed(program, first, &["--set-rpath", PATH], &files)?);
        }
        table.row([
            name.to_owned(),
            milliseconds(best),
            milliseconds(copying),
            format!("{grown} bytes"),
            milliseconds(many),
        ]);
    }
    Ok(table)
}

fn milliseconds(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

fn timed(program: &Path, first: &[&str], edits: &[&str], files: &[PathBuf]) -> Result<Duration> {
    let mut command = Command::new(program);
    command
        .args(first)
        .args(edits)
        .args(files)
        .stdin(Stdio::null());
    let start = Instant::now();
    let status = command
        .status()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let time = start.elapsed();
    ensure!(status.success(), "{} fails ({status})", program.display());
    Ok(time)
}

/// How long a copy of a file takes.
fn copying(file: &Path, folder: &Path) -> Result<Duration> {
    let copy = |_| -> Result<Duration> {
        let start = Instant::now();
        fs::copy(file, folder.join("copy")).context("cannot copy node")?;
        Ok(start.elapsed())
    };
    let times: Vec<Duration> = (0..RUNS).map(copy).collect::<Result<_>>()?;
    Ok(times.into_iter().min().unwrap_or_default())
}

fn small_library(folder: &Path) -> Result<PathBuf> {
    let (source, library) = (folder.join("small.c"), folder.join("small.so"));
    fs::write(&source, "int value(void) { return 1; }\n").context("cannot write a source")?;
    let mut compiler = Command::new("cc");
    process::run(
        compiler
            .args(["-shared", "-fPIC", "-o"])
            .arg(&library)
            .arg(&source),
    )?;
    Ok(library)
}

fn copies(library: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let copies = folder.join("copies");
    fs::create_dir_all(&copies).context("cannot make a folder")?;
    let copy = |number| {
        let file = copies.join(format!("lib{number}.so"));
        fs::copy(library, &file).context("cannot copy a library")?;
        Ok(file)
    };
    (0..LIBRARIES).map(copy).collect()
}
