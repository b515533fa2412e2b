//! How long `ldshim index import` and `ldshim locate` take, with a database as large as nixpkgs' own.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::nixpkgs_like;
use super::table::Table;

/// How often a library is looked for. The median counts.
const RUNS: usize = 101;

/// What is looked for, and what it stands for.
const QUERIES: [(&[&str], &str); 6] = [
    (&["libz.so.1"], "a name that many have"),
    (&["libnothing.so.9"], "a name that nobody has"),
    (&["libkassl*.so.?"], "a pattern with its start"),
    (&["*sslqtmo*"], "a pattern without its start"),
    (
        &["--path", "lib/*/plugins/libkaqt*.so"],
        "a pattern of paths",
    ),
    (&["--path", "*glnet*plugins/*zen*"], "one without its start"),
];

/// Measures, and says in words what came out. The database is kept in `folder`.
///
/// # Errors
/// `ldshim` cannot be run, or fails.
pub fn measure(ldshim: &Path, folder: &Path) -> Result<String> {
    let database = nixpkgs_like::database(folder)?;
    let home = TempDir::new()?;
    let run = |args: &[&str]| {
        let mut command = Command::new(ldshim);
        command
            .env_remove("XDG_CACHE_HOME")
            .env("HOME", home.path());
        command
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    let start = Instant::now();
    let path = database.to_str().context("a path that is no text")?;
    let mut import = run(&["index", "import", path]).spawn()?;
    let most_memory = watch_memory(&mut import)?;
    let seconds = start.elapsed().as_secs_f64();
    ensure!(import.wait()?.success(), "ldshim index import failed");
    let index = home.path().join(".cache/ldshim/index/nixpkgs");

    let mut table = Table::new(&["", "min", "median"]);
    for (query, meaning) in QUERIES {
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let start = Instant::now();
            run(&["locate"]).args(query).status()?;
            times.push(start.elapsed());
        }
        times.sort_unstable();
        let milliseconds = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
        let title = format!("ldshim locate {} ({meaning})", query.join(" "));
        table.row([title, milliseconds(times[0]), milliseconds(times[RUNS / 2])]);
    }
    Ok(format!(
        "ldshim index import: 9,000,000 files in {seconds:.2} s, {most_memory} MiB of memory; {} MiB to {} KiB\n{table}",
        fs::metadata(database)?.len() >> 20,
        fs::metadata(index)?.len() >> 10,
    ))
}

/// Waits until a process ends, and gives the most memory that it had, in MiB.
fn watch_memory(child: &mut Child) -> Result<u64> {
    let path = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait()?.is_none() {
        let status = fs::read_to_string(&path).unwrap_or_default();
        let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
        let number = line.and_then(|it| it.split_whitespace().next()?.parse().ok());
        most = number.unwrap_or(most);
        thread::sleep(Duration::from_millis(5));
    }
    Ok(most >> 10)
}
