//! Which packages have which library.

use std::path::PathBuf;

/// A package that has a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The attribute of nixpkgs.
    pub attribute: Option<String>,
    /// The output of the package.
    pub output: String,
    /// Whether the attribute is that of the package itself.
    pub top_level: bool,
    /// The store path.
    pub store_path: PathBuf,
    /// The library's path in it.
    pub path: String,
    /// The symbol versions that the library offers; `None` if they are not known.
    pub versions: Option<Vec<String>>,
    /// Who says so.
    pub source: Source,
}

/// Where knowledge of a provider comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A database of nixpkgs.
    Nixpkgs,
    /// The store of this machine.
    Local,
}
