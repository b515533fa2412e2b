//! What would happen to the program with a pin that is not written yet.

use anyhow::{Context, Result};

use super::target::Target;
use crate::explain::{Explainer, Report, Settings};
use crate::library_env::{Collection, LibraryEnv};
use crate::pin::Recipe;

/// The libraries that the pin would hold.
pub(super) fn environment(recipe: &Recipe) -> Result<LibraryEnv> {
    let mut collection = Collection::new(&recipe.loader)?;
    for package in &recipe.packages {
        for name in &package.libraries {
            for folder in ["lib", "lib64"] {
                let path = package.store_path.join(folder).join(name);
                if path.exists() {
                    collection.add_library(name.as_ref(), &path);
                }
            }
        }
    }
    for (name, path) in &recipe.base {
        collection.add_library(name, path);
    }
    for package in &recipe.packages {
        // One whose only library is elsewhere in it has none.
        _ = collection.add_package(&package.store_path);
    }
    collection.finish()
}

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
