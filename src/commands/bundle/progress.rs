//! What is shown while a bundle is written.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on terminals, nothing elsewhere.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(files: usize) -> Self {
        let bar = ProgressBar::new(files as u64);
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
        Self(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    pub(super) fn step(&self, place: &Path) {
        self.0.inc(1);
        self.0.set_message(place.display().to_string());
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// The same for how many bytes of a bundle have been packed.
pub(super) struct Bytes(ProgressBar);

impl Bytes {
    pub(super) fn new(all: u64) -> Self {
        let bar = ProgressBar::new(all);
        let style =
            ProgressStyle::with_template("packing {bar:30} {bytes:>11} of {total_bytes:<11} {eta}");
        Self(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    pub(super) fn add(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
