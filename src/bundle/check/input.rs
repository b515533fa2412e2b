//! Standard input for a program that runs several times.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsRawFd;
use std::process::Stdio;

use anyhow::{Context, Result};

/// What this process's standard input holds, if it is no terminal.
#[derive(Debug)]
pub struct Input(Option<File>);

impl Input {
    /// Reads it to its end.
    ///
    /// # Errors
    /// It cannot be read or kept.
    pub fn keep() -> Result<Self> {
        let mut input = io::stdin().lock();
        if input.is_terminal() {
            return Ok(Self(None));
        }
        // It has no name, so nothing of it is left, however this process ends.
        let mut kept = tempfile::tempfile().context("cannot make a temporary file")?;
        io::copy(&mut input, &mut kept).context("cannot keep standard input")?;
        Ok(Self(Some(kept)))
    }

    /// The same from its beginning.
    ///
    /// # Errors
    /// It cannot be opened again.
    pub fn again(&self) -> Result<Stdio> {
        let Some(kept) = &self.0 else {
            return Ok(Stdio::null());
        };
        // Opened anew, for each has a position of its own.
        let path = format!("/proc/self/fd/{}", kept.as_raw_fd());
        let file = File::open(path).context("cannot read standard input again")?;
        Ok(file.into())
    }
}
