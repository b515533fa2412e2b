//! Packages that could be chosen for a library.

use std::fmt;
use std::path::{Path, PathBuf};

use super::package_name;
use crate::index::{Provider, is_namesake};

/// Outputs that an attribute may name at its end, beside its libraries' own.
const OUTPUTS: [&str; 8] = [
    "out", "lib", "dev", "bin", "static", "libgcc", "libs", "debug",
];

/// A package that has a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The attribute of nixpkgs, without the output.
    pub attribute: Option<String>,
    /// Whether the attribute is that of the package itself, and not of one that has it as a part.
    pub top_level: bool,
    /// The output.
    pub output: String,
    /// The store path; `None` if that is not known before the package is there.
    pub store_path: Option<PathBuf>,
    /// Where in the package the library is.
    pub path: String,
    /// The symbol versions that the library offers; `None` if they are not known.
    pub versions: Option<Vec<String>>,
    /// Whether the package is called like the library.
    pub is_namesake: bool,
}

/// What a user has decided: `NAME=ATTR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The name of the library.
    pub name: String,
    /// An attribute, with or without an output, or a store path.
    pub package: String,
}

impl Selection {
    /// Reads `NAME=ATTR`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = "write NAME=ATTR, for instance libz.so.1=zlib";
        let (name, package) = text.split_once('=').ok_or(form)?;
        if name.is_empty() || package.is_empty() {
            return Err(form.into());
        }
        if name.contains('/') {
            return Err(format!(
                "{name} is a path; write the name of a library, for instance libz.so.1"
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            package: package.to_owned(),
        })
    }

    /// Whether it means this package.
    pub(super) fn means(&self, candidate: &Candidate) -> bool {
        let path = Path::new(&self.package);
        let is_attribute = candidate.attribute.as_ref().is_some_and(|attribute| {
            let rest = self.package.strip_prefix(attribute.as_str());
            let output = rest.and_then(|it| it.strip_prefix('.'));
            rest == Some("") || output == Some(&candidate.output)
        });
        is_attribute || candidate.store_path.as_deref() == Some(path)
    }

    /// The package that it means if nobody else knows of it.
    pub(super) fn unknown(&self) -> Candidate {
        let is_path = self.package.starts_with('/');
        let (attribute, output) = match self.package.rsplit_once('.') {
            Some((attribute, output)) if OUTPUTS.contains(&output) => (attribute, output),
            _ => (self.package.as_str(), "out"),
        };
        Candidate {
            attribute: (!is_path).then(|| attribute.to_owned()),
            top_level: true,
            output: output.to_owned(),
            store_path: is_path.then(|| self.package.clone().into()),
            path: format!("lib/{}", self.name),
            versions: None,
            is_namesake: false,
        }
    }
}

impl Candidate {
    fn new(provider: &Provider) -> Self {
        Self {
            attribute: provider.attribute.clone(),
            top_level: provider.top_level,
            output: provider.output.clone(),
            store_path: Some(provider.store_path.clone()),
            path: provider.path.clone(),
            versions: provider.versions.clone(),
            is_namesake: is_namesake(provider),
        }
    }

    /// How `--select` names it.
    #[must_use]
    pub fn name(&self) -> String {
        match (self.attribute_name(), &self.store_path) {
            (Some(name), _) => name,
            (None, Some(path)) => path.display().to_string(),
            (None, None) => String::new(),
        }
    }

    /// The attribute, and the output if it is not the usual one; `None` if there is none of its own.
    #[must_use]
    pub fn attribute_name(&self) -> Option<String> {
        let attribute = self.attribute.as_ref().filter(|_| self.top_level)?;
        Some(match self.output.as_str() {
            "out" => attribute.clone(),
            output => format!("{attribute}.{output}"),
        })
    }

    /// Name and version, as the store path has them.
    #[must_use]
    pub fn software_name(&self) -> Option<String> {
        let (name, version) = package_name::split(self.store_path.as_deref()?);
        match (name, version) {
            ("", _) => None,
            (name, "") => Some(name.to_owned()),
            (name, version) => Some(format!("{name}-{version}")),
        }
    }

    /// Whether the attribute leads to the package itself.
    #[must_use]
    pub fn is_own_attribute(&self) -> bool {
        self.attribute.is_some() && self.top_level
    }

    /// Whether both are in the same output of the same package.
    #[must_use]
    pub fn is_same_package(&self, other: &Self) -> bool {
        match (&self.store_path, &other.store_path) {
            (Some(own), Some(other)) => own == other,
            _ => self.attribute == other.attribute && self.output == other.output,
        }
    }

    /// Name and version; where the store path is not known, the attribute is the name.
    pub(super) fn software(&self) -> (&str, &str) {
        let attribute = self.attribute.as_deref().unwrap_or_default();
        match self.store_path.as_deref().map(package_name::split) {
            Some((name, version)) if !name.is_empty() => (name, version),
            _ => (attribute, ""),
        }
    }

    /// Whether the two differ in version or build only.
    pub(super) fn is_same_software(&self, other: &Self) -> bool {
        self.software().0 == other.software().0
    }

    /// The directory in the package that has the library, without a slash at its end.
    #[must_use]
    pub fn directory(&self) -> &str {
        let path = self.path.trim_start_matches('/');
        path.rsplit_once('/').map_or("", |(directory, _)| directory)
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        match &self.store_path {
            Some(path) if self.is_own_attribute() => write!(f, " ({})", path.display()),
            Some(_) => match &self.attribute {
                Some(attribute) => write!(f, " (part of {attribute})"),
                None => Ok(()),
            },
            None => Ok(()),
        }
    }
}

/// One candidate per package: what several sources know of it is put together.
#[must_use]
pub fn candidates(providers: &[Provider]) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for provider in providers {
        let new = Candidate::new(provider);
        match candidates.iter_mut().find(|it| it.is_same_package(&new)) {
            Some(known) => merge(known, new),
            None => candidates.push(new),
        }
    }
    candidates
}

fn merge(known: &mut Candidate, new: Candidate) {
    // In the package's library directory it is found without further ado.
    if new.directory().len() < known.directory().len() {
        known.path.clone_from(&new.path);
    }
    if new.is_own_attribute() && !known.is_own_attribute() || known.attribute.is_none() {
        known.attribute = new.attribute;
        known.top_level = new.top_level;
        known.output = new.output;
    }
    known.is_namesake |= new.is_namesake;
    known.versions = known.versions.take().or(new.versions);
}
