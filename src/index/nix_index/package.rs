//! What a database says of a package: JSON.

use std::borrow::Cow;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::index::store_path;

/// A store path, and how it was found. `serde` skips fields that are not named here.
#[derive(Debug, Deserialize)]
pub struct Package<'a> {
    /// Nearly always `/nix/store`
    #[serde(borrow)]
    pub store_dir: Cow<'a, str>,
    /// The hash in the store path.
    #[serde(borrow)]
    pub hash: Cow<'a, str>,
    /// What follows the hash and a dash.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// How it was found.
    #[serde(borrow)]
    pub origin: Origin<'a>,
}

/// How a store path was found.
#[derive(Debug, Deserialize)]
pub struct Origin<'a> {
    /// An attribute of nixpkgs.
    #[serde(borrow)]
    pub attr: Cow<'a, str>,
    /// Its output.
    #[serde(borrow)]
    pub output: Cow<'a, str>,
    /// Whether these name the store path; else they name one that refers to it.
    pub toplevel: bool,
    /// The system that it is for; older versions of nix-index do not say it.
    #[serde(borrow, default)]
    pub system: Option<Cow<'a, str>>,
}

impl<'a> Package<'a> {
    /// Reads the description that stands in place of a path.
    ///
    /// # Errors
    /// It is damaged.
    pub fn parse(text: &'a [u8]) -> Result<Self> {
        let package: Self = serde_json::from_slice(text).context("a package is damaged")?;
        let origin = &package.origin;
        // A file that is one package has it under no attribute.
        let texts = [&package.store_dir, &origin.attr, &origin.output];
        let is_clean = |text: &Cow<'_, str>| !text.contains(char::is_control);
        ensure!(
            store_path::is_name(&package.name)
                && package.store_dir.starts_with('/')
                && !origin.output.is_empty()
                && texts.into_iter().chain(&origin.system).all(is_clean),
            "a package is damaged: it has a name that Nix does not allow"
        );
        Ok(package)
    }
}
