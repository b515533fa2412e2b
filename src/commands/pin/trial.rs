//! What would happen to the program with a pin that is not written yet.

use anyhow::{Context, Result};

use super::target::Target;
use crate::explain::{Explainer, Report, Settings};
use crate::library_env::LibraryEnv;

/// Explains the program with these libraries and their loader.
pub(super) fn explain(target: &Target, env: &LibraryEnv) -> Result<Report> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let directory = env.write(&folder.path().join("pin"))?;
    let settings = Settings {
        loader: Some(env.loader.clone().into()),
        library_path: Some(directory.into()),
        ..target.settings.clone()
    };
    Explainer::new(&settings).explain(&target.path)
}
