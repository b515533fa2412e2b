//! Work on many files, which a signal stops between two.

use std::path::PathBuf;

use anyhow::Result;
use indicatif::ProgressBar;

use crate::interrupt::{Steps, Stopped};
use crate::parallel;
use crate::terminal::warn;

/// How far the work came.
#[must_use]
pub(super) struct Progress {
    stopped: Option<Stopped>,
    done: usize,
    all: usize,
}

/// Does `work` for each file, on all cores, until a signal comes. What came of those that were done, in their order, is to be told
/// before [`Progress::end_if_stopped`].
///
/// # Errors
/// The system refuses to have signals wait.
pub(super) fn each<R: Send>(
    files: &[PathBuf],
    bar: &ProgressBar,
    work: impl Fn(&PathBuf) -> R + Sync,
) -> Result<(Vec<R>, Progress)> {
    let steps = Steps::begin()?;
    let results = parallel::each(files, |file| {
        if steps.is_stopped() {
            return None;
        }
        let result = work(file);
        bar.inc(1);
        Some(result)
    });
    bar.finish_and_clear();
    let stopped = steps.end();
    let results: Vec<_> = results.into_iter().flatten().collect();
    let progress = Progress {
        stopped,
        done: results.len(),
        all: files.len(),
    };
    Ok((results, progress))
}

impl Progress {
    /// Whether a signal has stopped it.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// If a signal has stopped it: says how far it came, and ends this process as the signal would have.
    pub(super) fn end_if_stopped(self) {
        let Some(stopped) = self.stopped else {
            return;
        };
        warn(&format!(
            "interrupted: {} of {} files done; the same command goes on",
            self.done, self.all
        ));
        stopped.end()
    }
}
