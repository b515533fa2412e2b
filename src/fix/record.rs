//! What was done to a tree, kept in the tree: how to undo it, and by what a later change is noticed.
//!
//! The file may come from anybody, with a tree that was downloaded. So nothing in it leads out of the tree, and what it
//! names is touched only if it is a copy that names a stub.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};
use loader_stub::identity::Identity;
use serde::{Deserialize, Serialize};

use super::stub_place;
use crate::elf::{Image, program_identity};
use crate::resolver::map_file;
use crate::whole_file;

/// The name of the record, in the tree.
pub const FILE: &str = ".ldshim-fix.json";

/// The version of the format that is written, and the only one that is read.
const VERSION: u32 = 1;

/// No record is larger, in bytes.
const LARGEST: u64 = 1 << 20;

/// Others who use the tree may read it.
const MODE: u32 = 0o644;

/// What was done to a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    version: u32,
    /// The interpreter of which the tree has a copy: its canonical path then.
    pub original: PathBuf,
    /// The identity of the copy, by which its pin is found: 16 hexadecimal digits.
    pub identity: String,
    /// That of the copy before it, while one takes the place of the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older: Option<String>,
    /// What was replaced in the tree. The first one is the copy.
    pub replaced: Vec<Replaced>,
    /// [`fingerprint`] of the modules that the pin was made for.
    pub modules: String,
    /// The libraries that no package had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
}

/// A path in a tree that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// The path below the tree.
    pub path: PathBuf,
    /// What was there.
    pub was: Was,
}

/// What was, or is, at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Was {
    /// A link with this text.
    Link(PathBuf),
    /// A file, which is kept beside it: [`Replaced::backup`].
    File,
    /// Nothing.
    Nothing,
}

impl Replaced {
    /// Where a file is kept that was at the path, below the tree.
    #[must_use]
    pub fn backup(&self) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().display();
        self.path.with_file_name(format!(".{name}.ldshim-fix"))
    }
}

impl Record {
    /// A record of a copy of `original` with this identity.
    #[must_use]
    pub fn new(original: PathBuf, identity: Identity) -> Self {
        Self {
            version: VERSION,
            original,
            identity: identity.to_string(),
            older: None,
            replaced: Vec::new(),
            modules: String::new(),
            left: Vec::new(),
        }
    }

    /// The record in a tree, if it has one.
    ///
    /// # Errors
    /// It cannot be read, or is none.
    pub fn read(tree: &Path) -> Result<Option<Self>> {
        let file = tree.join(FILE);
        let operation = || format!("cannot read {}", file.display());
        let Ok(found) = file.symlink_metadata() else {
            return Ok(None);
        };
        ensure!(
            found.is_file() && found.len() <= LARGEST,
            "{}: it is no record of ldshim; remove it",
            operation()
        );
        let text = fs::read_to_string(&file).with_context(operation)?;
        let record: Self = serde_json::from_str(&text).with_context(|| {
            format!(
                "{}; if it is damaged, make the tree's interpreter anew and remove it",
                operation()
            )
        })?;
        ensure!(
            record.version == VERSION,
            "{}: it is of version {}, and this ldshim knows {VERSION}; use a newer one",
            operation(),
            record.version
        );
        let identities = std::iter::once(&record.identity).chain(&record.older);
        ensure!(
            { identities }.all(|it| Identity::parse(it.as_bytes()).is_some())
                && record.replaced.iter().all(|it| is_inside(tree, &it.path)),
            "{}: it names what is not in the tree",
            operation()
        );
        Ok(Some(record))
    }

    /// Writes the record into a tree, in one step.
    ///
    /// # Errors
    /// The file system refuses, or a path is not UTF-8.
    pub fn write(&self, tree: &Path) -> Result<()> {
        let file = tree.join(FILE);
        let operation = || format!("cannot write {}", file.display());
        let text = serde_json::to_string_pretty(self).with_context(operation)? + "\n";
        whole_file::write(&file, text.as_bytes(), MODE).with_context(operation)
    }

    /// Whether a file is the copy of this record, or a link to it.
    #[must_use]
    pub fn is_copy(&self, path: &Path) -> bool {
        let found = || {
            let bytes = map_file(path).ok()?;
            let image = Image::parse(&bytes).ok()?;
            let names_stub = stub_place::is_one(Path::new(&image.interpreter()?));
            Some((program_identity(&image).short.to_string(), names_stub))
        };
        found().is_some_and(|(identity, names_stub)| {
            names_stub && (identity == self.identity || Some(identity) == self.older)
        })
    }
}

/// Whether a path below a tree stays there, whatever links there are on the way.
fn is_inside(tree: &Path, path: &Path) -> bool {
    let is_plain = path
        .components()
        .all(|it| matches!(it, Component::Normal(_)));
    let folder = path.parent().map(|it| tree.join(it).canonicalize());
    let is_there = match (folder, tree.canonicalize()) {
        (Some(Ok(folder)), Ok(tree)) => folder.starts_with(tree),
        // Where the folder is gone, there is nothing to be touched.
        (Some(Err(_)), Ok(_)) => true,
        _ => false,
    };
    is_plain && path.file_name().is_some() && is_there
}

/// By what changed modules are noticed: their paths and sizes.
#[must_use]
pub fn fingerprint(tree: &Path, modules: &[PathBuf]) -> String {
    let mut hasher = DefaultHasher::new();
    for module in modules {
        let size = module.metadata().map_or(0, |it| it.len());
        (module.strip_prefix(tree).unwrap_or(module), size).hash(&mut hasher);
    }
    format!("{} {:016x}", modules.len(), hasher.finish())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_leads_out_of_the_tree() {
        let (tree, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(tree.path().join("bin")).unwrap();
        symlink(other.path(), tree.path().join("out")).unwrap();
        let is_inside = |path: &str| is_inside(tree.path(), Path::new(path));
        assert!(is_inside("bin/python3") && is_inside("python3") && is_inside("gone/python3"));
        for path in ["out/python3", "../x", "/etc/passwd", "bin/../../x", ""] {
            assert!(!is_inside(path), "{path}");
        }
    }

    #[test]
    fn a_record_that_is_none_is_an_error_that_says_what_to_do() {
        let tree = tempfile::tempdir().unwrap();
        assert!(Record::read(tree.path()).unwrap().is_none());
        let good = r#"{"version":1,"original":"/a","identity":"0123456789abcdef","replaced":[],"modules":""}"#;
        fs::write(tree.path().join(FILE), good).unwrap();
        assert!(Record::read(tree.path()).unwrap().is_some());
        for (text, reason) in [
            (String::new(), "if it is damaged"),
            (good.replace(":1,", ":2,"), "use a newer one"),
            (good.replace("0123456789abcdef", "/path"), "not in the tree"),
        ] {
            fs::write(tree.path().join(FILE), text).unwrap();
            let error = format!("{:#}", Record::read(tree.path()).unwrap_err());
            assert!(error.contains(reason), "{error}");
        }
        fs::remove_file(tree.path().join(FILE)).unwrap();
        nix::unistd::mkfifo(&tree.path().join(FILE), nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert!(Record::read(tree.path()).is_err());
    }
}
