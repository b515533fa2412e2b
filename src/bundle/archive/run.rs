//! Programs that unpack themselves.

use std::fs::File;
use std::path::Path;

use anyhow::{Result, bail};

use super::Options;
use super::contents::Entry;
use crate::bundle::manifest::Manifest;

pub(super) fn write(
    _out: &mut File,
    _bundle: &Path,
    _manifest: &Manifest,
    _options: &Options<'_>,
) -> Result<Vec<Entry>> {
    bail!("not yet")
}

pub(super) fn payload(_file: File) -> Result<std::io::Empty> {
    bail!("not yet")
}
