//! What a bundle's programs need beside the libraries that they name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::super::{Choice, Setting, place};

/// A file or link that goes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The file or link of the system. A link's target is a need too, or an object of the bundle.
    pub source: PathBuf,
    /// Where it is in the bundle.
    pub place: PathBuf,
    /// Why it goes along, in words.
    pub why: String,
    /// Its bytes, if they are not those of the source.
    pub content: Option<Vec<u8>>,
}

/// A library that no file names as needed, and that is loaded all the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Library {
    /// The file.
    pub source: PathBuf,
    /// Why it goes along, in words.
    pub why: String,
}

/// A text in a file that becomes a shorter one in the bundle's copy; what is left of it becomes zeros.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rewrite {
    /// The file of the system.
    pub file: PathBuf,
    /// Where the text begins in it, in bytes.
    pub offset: usize,
    /// The text, without the zero byte behind it.
    pub old: Vec<u8>,
    /// What stands there in the bundle.
    pub new: Vec<u8>,
}

/// Something that a program will not find where Nix is not, and what can be done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file that names it.
    pub file: PathBuf,
    /// What is wrong, in words.
    pub what: String,
    /// What can be done.
    pub remedy: String,
}

/// All that is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Files and links, by their sources.
    pub files: BTreeMap<PathBuf, Need>,
    /// Libraries, which have their place in `lib/`.
    pub libraries: Vec<Library>,
    /// What is changed for each program, behind what is changed for it alone.
    pub settings: Vec<Setting>,
    /// What is changed for single programs, by their files, behind all that.
    pub program_settings: BTreeMap<PathBuf, Vec<Setting>>,
    /// Texts that become others.
    pub rewrites: Vec<Rewrite>,
    /// What is found only where the bundle is shown at `/nix/store`, and was taken along for that.
    pub shown: BTreeSet<PathBuf>,
    /// What will not work.
    pub problems: Vec<Problem>,
    /// Files and folders that are found in other ways than by the paths that programs name them by.
    pub(super) served: Vec<PathBuf>,
}

impl Needs {
    /// Takes a single file or link along, unless it is there.
    pub(super) fn add_file(&mut self, source: &Path, why: &str) {
        let need = || Need {
            source: source.to_owned(),
            place: place(source),
            why: why.to_owned(),
            content: None,
        };
        let _file = self.files.entry(source.to_owned()).or_insert_with(need);
    }

    /// Takes a file along with other bytes.
    pub(super) fn add_changed(&mut self, source: &Path, content: Vec<u8>, why: &str) {
        self.add_file(source, why);
        if let Some(need) = self.files.get_mut(source) {
            need.content = Some(content);
        }
    }

    /// Adds a setting, unless it is there.
    pub(super) fn set(&mut self, setting: Setting) {
        if !self.settings.contains(&setting) {
            self.settings.push(setting);
        }
    }

    /// Gives a variable a value unless it has one.
    pub(super) fn set_default(&mut self, name: &str, value: String) {
        let name = name.to_owned();
        self.set(Setting::SetDefault { name, value });
    }

    /// Gives a variable the value of the first of these paths that is there, unless it has one.
    pub(super) fn set_to_first(&mut self, name: &str, paths: impl IntoIterator<Item = String>) {
        let choice = |it: String| Choice {
            there: it.clone(),
            value: Some(it),
        };
        self.set(Setting::SetByHost {
            name: name.to_owned(),
            choices: paths.into_iter().map(choice).collect(),
        });
    }

    /// Puts a value before those of a list.
    pub(super) fn prefix(&mut self, name: &str, value: String) {
        self.set(Setting::Prefix {
            name: name.to_owned(),
            separator: ":".to_owned(),
            value,
        });
    }
}

/// The text of a path of the system in a setting's value: below the bundle's folder.
pub(super) fn in_bundle(source: &Path) -> String {
    format!("{}/{}", super::super::ROOT, place(source).display())
}
