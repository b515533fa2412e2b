//! What packages of Debian and of RPM say of themselves, as both allow it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::Options;
use super::contents::{Entry, contents};
use crate::bundle::manifest::Manifest;

/// A package.
#[derive(Debug)]
pub(super) struct Package<'a> {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) maintainer: &'a str,
    /// In one line.
    pub(super) description: String,
    pub(super) manifest: &'a Manifest,
    /// Seconds since 1970.
    pub(super) time: u32,
}

impl<'a> Package<'a> {
    /// # Errors
    /// The name, the maintainer or the description cannot be one of a package.
    pub(super) fn new(manifest: &'a Manifest, options: &'a Options<'_>) -> Result<Self> {
        let own = format!("{}-bundle", manifest.name);
        let asked = options.package_name.as_deref().unwrap_or(&own);
        let name = name(asked).with_context(|| {
            format!(
                "{asked:?} gives no name of a package: say one with --name, such as hello-bundle"
            )
        })?;
        let maintainer = options.maintainer.as_deref().unwrap_or(NOBODY);
        ensure!(
            is_address(maintainer),
            "{maintainer:?} is no maintainer: say who it is as \"Name <name@example.org>\""
        );
        let description = match &options.description {
            Some(text) => text.clone(),
            None => format!("bundle of {} with all that it needs to run", manifest.name),
        };
        ensure!(
            !description.trim().is_empty() && !description.contains(char::is_control),
            "the description has to be one line of text"
        );
        Ok(Self {
            name,
            version: version(&manifest.release),
            maintainer,
            description,
            manifest,
            time: options.time,
        })
    }

    /// Where the bundle is once it is installed, without a first slash. Policy leaves /opt to those who install by hand.
    pub(super) fn folder(&self) -> PathBuf {
        Path::new("usr/lib").join(&self.name)
    }

    /// The bundle at its place, and links to its programs.
    ///
    /// # Errors
    /// The bundle is not what its manifest says.
    pub(super) fn contents(&self, bundle: &Path) -> Result<Vec<Entry>> {
        let mut entries = contents(bundle, self.manifest, &self.folder())?;
        for program in &self.manifest.programs {
            let target = format!("../lib/{}/bin/{}", self.name, program.name);
            entries.push(Entry::link(
                Path::new("usr/bin").join(&program.name),
                target,
            ));
        }
        entries.sort_by(|a, b| a.place.cmp(&b.place));
        Ok(entries)
    }

    /// What stands below the description, in lines of at most 75 letters as far as words allow.
    pub(super) fn long_description(&self) -> String {
        let names: Vec<_> = self.manifest.programs.iter().map(|it| &*it.name).collect();
        let text = format!(
            "It has {} of {} {}, with all libraries and data of it: nothing of it is shared with other packages. \
             /{} has the files.",
            names.join(", "),
            self.manifest.name,
            self.manifest.release,
            self.folder().display()
        );
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let last = lines.last().map_or(0, String::len);
            if last > 0 && last + word.len() > 74 {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
        }
        lines.join("\n")
    }
}

/// Who looks after a package that nobody has said anything of.
const NOBODY: &str = "unknown <unknown@invalid.invalid>";

/// By Debian's policy, section 5.6.7: at least two lowercase letters, digits, `+`, `-`, `.`, the first no sign. RPM allows that too.
fn name(text: &str) -> Option<String> {
    let plain = text.to_lowercase().replace(
        |it: char| !(it.is_ascii_alphanumeric() || "+-.".contains(it)),
        "-",
    );
    let plain = plain.trim_start_matches(['+', '-', '.']);
    (plain.len() > 1).then(|| plain.to_owned())
}

/// By Debian's policy, section 5.6.12, and RPM's manual, "Dependencies", both of which sort `1.0~rc1` before `1.0`: letters, digits,
/// `.`, `+`, `~`, the first a digit.
fn version(text: &str) -> String {
    let mut version = String::new();
    for (number, part) in text.split(['-', '_', '~']).enumerate() {
        let is_before = ["rc", "alpha", "beta", "pre", "dev"]
            .iter()
            .any(|it| part.to_lowercase().starts_with(it));
        match (number, is_before) {
            (0, _) => {}
            (_, true) => version.push('~'),
            (_, false) => version.push('.'),
        }
        version.extend(part.chars().map(|it| {
            if it.is_ascii_alphanumeric() || ".+".contains(it) {
                it
            } else {
                '.'
            }
        }));
    }
    if !version.starts_with(|it: char| it.is_ascii_digit()) {
        version.insert_str(0, "0.");
    }
    version
}

/// `Name <address>`, in a line.
fn is_address(text: &str) -> bool {
    let address = text.strip_suffix('>').and_then(|it| it.split_once(" <"));
    address.is_some_and(|(name, address)| {
        !name.trim().is_empty()
            && address.contains('@')
            && !address.contains(['<', '>', ' '])
            && !text.contains(char::is_control)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lowercase_without_signs_of_others() {
        assert_eq!(name("Hello_World").as_deref(), Some("hello-world"));
        assert_eq!(name("gtk+").as_deref(), Some("gtk+"));
        assert_eq!(name("-x y").as_deref(), Some("x-y"));
        for text in ["", "a", "--", "ß"] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn versions_begin_with_a_digit_and_sort_as_meant() {
        for (text, expected) in [
            ("2.12.1", "2.12.1"),
            ("1.0-rc1", "1.0~rc1"),
            ("1.0_beta", "1.0~beta"),
            ("unstable-2024-01-05", "0.unstable.2024.01.05"),
            ("0-unstable-2024-01-05", "0.unstable.2024.01.05"),
            ("1:2/3 a", "1.2.3.a"),
            ("9.9p1", "9.9p1"),
        ] {
            assert_eq!(version(text), expected);
        }
    }

    #[test]
    fn a_maintainer_has_a_name_and_an_address() {
        assert!(is_address("Ann Lee <ann@example.org>") && is_address(NOBODY));
        for text in [
            "Ann",
            "ann@example.org",
            "<a@b>",
            "A <b>",
            "A\nB <a@b>",
            "A <a@b> c",
        ] {
            assert!(!is_address(text), "{text}");
        }
    }
}
