//! Who provides a library.

use std::path::PathBuf;

/// A library in an output of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The package's attribute in nixpkgs. If [`Self::top_level`] is false, that of a package that
    /// refers to this one, which has no attribute of its own. `None`: unknown.
    pub attribute: Option<String>,
    /// The package's output, for instance `out`.
    pub output: String,
    /// Whether `attribute` and `output` name just this store path.
    pub top_level: bool,
    /// The store path.
    pub store_path: PathBuf,
    /// The library's path in it, for instance `lib/libz.so.1`.
    pub path: String,
    /// The symbol versions that the library exports. None in the list: the library has no versions,
    /// and will do for all. `None`: unknown.
    pub versions: Option<Vec<String>>,
    /// From where this is known.
    pub source: Source,
}

/// From where something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// From a database of nix-index: the store path may have to be fetched.
    Nixpkgs,
    /// From a store path of this machine, which is there. The attribute is known all the same if
    /// nixpkgs has the same store path.
    Local,
}

impl Provider {
    /// The library's file name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path
            .rsplit_once('/')
            .map_or(&*self.path, |(_, name)| name)
    }

    /// Attribute and output, as nix-index writes them: `zlib.out`, in parentheses if that is not the
    /// store path itself but something that refers to it. `None`: unknown.
    #[must_use]
    pub fn label(&self) -> Option<String> {
        let label = format!("{}.{}", self.attribute.as_ref()?, self.output);
        Some(if self.top_level {
            label
        } else {
            format!("({label})")
        })
    }
}
