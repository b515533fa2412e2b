//! `bundle.json`: what a bundle says of itself.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::setting::Setting;

/// The version of the format that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// The name of the file in the bundle.
pub const FILE_NAME: &str = "bundle.json";

/// What is in a bundle, and why. All paths of the bundle are relative to its folder, without `..`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    version: u32,
    /// What the bundle is called: the name of its first program's package, or what its user says.
    pub name: String,
    /// The version of that package; "0" if none is known.
    pub release: String,
    /// For which system, such as `x86_64-linux`.
    pub system: String,
    /// The programs, in the order in which they were asked for.
    pub programs: Vec<Program>,
    /// All files and links but this one, by their places. Directories are not listed.
    pub files: Vec<File>,
    /// Libraries that are the host's own, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub host_libraries: Vec<String>,
}

/// A program that the bundle is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Its name in `bin/`.
    pub name: String,
    /// Its file, which `bin/NAME` leads to.
    pub place: PathBuf,
    /// How it is started.
    pub start: Start,
    /// The path of the system by which it was asked for: a wrapper, or a link by whose name a program knows what it is to do. None
    /// in bundles of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<PathBuf>,
    /// What is changed in its environment and arguments before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<Setting>,
}

/// How a bundled program is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// The kernel starts it, and the stub is in it.
    Inside,
    /// It could not be changed. A launcher that does what the stub does stands in its place.
    Launcher,
    /// It needs no loader: it is linked statically.
    Static,
    /// It is a script, and its interpreter is in the bundle.
    Script,
}

/// A file or link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Where it is in the bundle.
    pub place: PathBuf,
    /// What it is.
    #[serde(flatten)]
    pub kind: FileKind,
    /// The file of the system that it was made of, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<PathBuf>,
    /// Why it is in the bundle, in words: "needed by curl", "named in bin/hello".
    pub why: String,
}

/// What a file of a bundle is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// A file.
    File {
        /// Its size in bytes.
        size: u64,
        /// Whether it may be executed.
        executable: bool,
        /// The SHA-256 of its bytes, in hexadecimal digits.
        sha256: String,
    },
    /// A link, with its target, which is relative and leads to something in the bundle.
    Link {
        /// The target.
        target: PathBuf,
    },
}

impl Manifest {
    /// A manifest without programs and files.
    #[must_use]
    pub fn new(name: String, release: String, system: String) -> Self {
        Self {
            version: VERSION,
            name,
            release,
            system,
            programs: Vec::new(),
            files: Vec::new(),
            host_libraries: Vec::new(),
        }
    }
}
