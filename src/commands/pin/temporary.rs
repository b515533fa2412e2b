//! Failures that another time may go away by themselves.

use std::fmt;

/// Why there is no pin now, though there may be one the next time: there is no index yet, or no Nix, or
/// somebody stopped. Nothing is to be remembered of it.
#[derive(Debug)]
pub(super) struct Temporary(String);

impl Temporary {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// An error with all its reasons.
    pub(super) fn from_error(error: anyhow::Error) -> Self {
        Self(format!("{error:#}"))
    }
}

impl fmt::Display for Temporary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Temporary {}
