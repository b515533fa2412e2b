//! `ldshim bundle --list BUNDLE`

use std::path::Path;

use anyhow::Result;
use dialoguer::console::Term;

use crate::bundle::{archive, list};
use crate::commands::print;

/// Prints what is in a bundle: a folder, or an archive of any format.
pub(super) fn run(bundle: &Path) -> Result<()> {
    let manifest = archive::manifest_of(bundle)?;
    let columns = Term::stdout().size_checked().map(|it| usize::from(it.1));
    print(&list(&manifest, columns))
}
