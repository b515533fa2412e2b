//! How long `ldshim doctor --message` takes for logs of 30 MB.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::table::Table;

/// How large a log is, in bytes.
const SIZE: usize = 30_000_000;

/// How often each is read. The fastest counts.
const RUNS: usize = 5;

/// A log by what its lines are like, and one line of it by its number.
type Log = (&'static str, fn(&mut String, usize));

const LOGS: [Log; 3] = [
    ("a build, with a message in 20,000 lines", |log, number| {
        if number.is_multiple_of(20_000) {
            _ = writeln!(
                log,
                "./a: error while loading shared libraries: lib{number}.so.1: cannot open shared object file: No such file"
            );
        } else {
            _ = writeln!(
                log,
                "[{number}/300000] cc -O2 -c src/part{number}.c -o part{number}.o: unused variable, linking libx.so"
            );
        }
    }),
    ("each line looks like a message", |log, number| {
        _ = writeln!(
            log,
            "2026-11-28 12:00:00 cat: /srv/x{number}: No such file or directory"
        );
    }),
    ("each line has one in JSON", |log, number| {
        _ = writeln!(
            log,
            r#"{{"n":{number},"message":"spawn /srv/a \"b\"/tool ENOENT","stack":"Error: x\n  at y"}}"#
        );
    }),
];

/// Measures, and says in words what came out. The logs are written into `folder`.
///
/// # Errors
/// A log cannot be written, or `ldshim` not be run.
pub fn measure(ldshim: &Path, folder: &Path) -> Result<String> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join("messages.log");
    let mut table = Table::new(&["ldshim doctor --message, 30 MB", "min"]);
    for (title, line) in LOGS {
        let mut log = String::new();
        for number in 0.. {
            line(&mut log, number);
            if log.len() >= SIZE {
                break;
            }
        }
        fs::write(&path, log).with_context(|| format!("cannot write {}", path.display()))?;
        let mut fastest = Duration::MAX;
        for _ in 0..RUNS {
            let mut command = Command::new(ldshim);
            command
                .args(["doctor", "--message", "-"])
                .stdin(File::open(&path)?);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let start = Instant::now();
            command.status().context("cannot run ldshim doctor")?;
            fastest = fastest.min(start.elapsed());
        }
        table.row([title.to_owned(), format!("{} ms", fastest.as_millis())]);
    }
    Ok(table.to_string())
}
