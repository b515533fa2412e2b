//! Showing that something is going on: bars on a terminal, lines elsewhere.

use std::fs;
use std::io::{IsTerminal, stderr};
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};

const BYTES: &str = "{msg:<32} [{bar:30}] {bytes:>11} of {total_bytes:<11}";
const SPINNER: &str = "{msg:<32} {spinner} {bytes:>11}";

/// Downloads at the same time have a bar each, one below the other.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Does `work`, which downloads into `folder`, and shows how many bytes have arrived there, of
/// `expected` if that is known.
///
/// # Errors
/// Those of `work`.
pub fn download<T>(
    what: &str,
    expected: Option<u64>,
    folder: &Path,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    if !stderr().is_terminal() {
        match expected {
            Some(bytes) => eprintln!("fetching {what} ({})", HumanBytes(bytes)),
            None => eprintln!("fetching {what}"),
        }
        return work();
    }
    let bar = bar(what, expected);
    // A client may keep what arrives twice: in a cache, and as the file.
    let arrived = || size(folder).min(expected.unwrap_or(u64::MAX));
    let result = while_polling(|| bar.set_position(arrived()), work);
    bar.set_position(arrived());
    if result.is_ok() {
        bar.finish()
    } else {
        bar.abandon()
    }
    result
}

fn bar(what: &str, expected: Option<u64>) -> ProgressBar {
    let (bar, template) = match expected {
        Some(bytes) => (ProgressBar::new(bytes), BYTES),
        None => (ProgressBar::new_spinner(), SPINNER),
    };
    let style = ProgressStyle::with_template(template);
    let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    BARS.add(bar.with_message(what.to_owned()))
}

/// Calls `poll` ten times a second while `work` runs.
fn while_polling<T>(poll: impl Fn() + Sync, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let poller = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                poll();
                thread::park_timeout(Duration::from_millis(100));
            }
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        poller.thread().unpark();
        result
    })
}

/// The bytes of all files below `folder`. Files that vanish meanwhile count as empty.
fn size(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_folder_counts_the_files_below_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("below")).expect("a folder");
        fs::write(folder.path().join("below/file"), [0; 1000]).expect("a file");
        fs::write(folder.path().join("file"), [0; 24]).expect("a file");
        assert_eq!(size(folder.path()), 1024);
        assert_eq!(size(&folder.path().join("missing")), 0);
    }
}
