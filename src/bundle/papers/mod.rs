//! What is said of a bundle to those who get it: which store paths and packages its files are from, and their licenses.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Where the list of licenses is in a bundle.
pub const LICENSES: &str = "share/licenses.txt";

/// The list of licenses in a bundle, if it has one.
///
/// # Errors
/// It cannot be read.
pub fn licenses_of(bundle: &Path) -> Result<Option<String>> {
    let file = bundle.join(LICENSES);
    match fs::read_to_string(&file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}
