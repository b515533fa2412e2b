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

/// stand-in
#[derive(Debug)]
pub struct Index {
    all: Vec<Provider>,
}
/// stand-in
pub const HOW_TO_GET_ONE: &str = "there is no index of libraries";
impl Index {
    /// stand-in
    pub fn open_default() -> anyhow::Result<Option<Index>> {
        let Some(file) = std::env::var_os("STANDIN_INDEX") else {
            return Ok(None);
        };
        let mut all = Vec::new();
        for line in std::fs::read_to_string(file)?.lines() {
            let words: Vec<_> = line.split(' ').collect();
            all.push(Provider {
                attribute: Some(words[0].to_owned()).filter(|it| it != "-"),
                output: "out".into(),
                top_level: words[0] != "-",
                store_path: words[1].into(),
                path: words[2].into(),
                versions: None,
                source: Source::Local,
            });
        }
        Ok(Some(Index { all }))
    }
    /// stand-in
    pub fn providers(&self, name: &str) -> anyhow::Result<Vec<Provider>> {
        Ok(self
            .all
            .iter()
            .filter(|it| it.path.rsplit('/').next() == Some(name))
            .cloned()
            .collect())
    }
    /// stand-in
    pub fn revision(&self) -> Option<&str> {
        None
    }
}
