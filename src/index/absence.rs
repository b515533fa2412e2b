//! What to say of a library that may be taken from no package: why, and which other version packages have.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use anyhow::Result;

use super::{Index, Pattern, Provider, Query};
use crate::drivers::{NEVER_FROM_A_PACKAGE, WHERE_FROM, is_driver_library};
use crate::printable;

/// More other versions than these are not named.
const MOST: usize = 3;

/// Why a library may be taken from no package, as far as the index can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// It is the graphics driver's own.
    OfDriver,
    /// Packages have other versions of it: each name once, in the package that has it best. Those of the same name but for the
    /// version behind `.so` come first, of those the newest.
    OtherVersions(Vec<Provider>),
    /// Nothing like it is known.
    Unknown,
}

impl Index {
    /// Why a library that no package has, or may have, is in none.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn absence(&self, name: &str) -> Result<Absence> {
        if is_driver_library(name) {
            return Ok(Absence::OfDriver);
        }
        let others = self.other_versions(name)?;
        Ok(match others.is_empty() {
            true => Absence::Unknown,
            false => Absence::OtherVersions(others),
        })
    }

    fn other_versions(&self, name: &str) -> Result<Vec<Provider>> {
        let Some(wanted) = family(name) else {
            return Ok(Vec::new());
        };
        let letters = wanted.split('#').next().unwrap_or_default();
        let is_plain = |it: char| !"*?[]".contains(it);
        let letters: String = letters.chars().take_while(|it| is_plain(*it)).collect();
        let query = Query::Names(Pattern::new(&format!("{letters}*.so*"))?);
        let mut found = self.search(&query)?;
        found.retain(|it| it.name() != name && family(it.name()).as_ref() == Some(&wanted));
        // What applications bring for themselves, in folders of their own, tells little.
        let is_in_lib = |it: &Provider| ["lib", "lib64"].contains(&folder(it));
        if found.iter().any(is_in_lib) {
            found.retain(is_in_lib);
        }
        Ok(best_of_each(found, name))
    }
}

/// Each name once. In one folder there are `libz.so`, `libz.so.1` and `libz.so.1.3.1`: the name that programs ask for is the
/// shortest one with a version.
fn best_of_each(found: Vec<Provider>, name: &str) -> Vec<Provider> {
    let length = |it: &Provider| match version(it.name()) {
        "" => usize::MAX,
        version => version.len(),
    };
    let mut folders: BTreeMap<(_, String, String), (usize, Provider)> = BTreeMap::new();
    // The best come first, and stay first.
    for (rank, provider) in found.into_iter().enumerate() {
        let stem = stem(provider.name());
        let key = (
            provider.store_path.clone(),
            folder(&provider).to_owned(),
            stem.to_owned(),
        );
        match folders.get(&key) {
            Some((_, known)) if length(known) <= length(&provider) => {}
            Some(&(rank, _)) => _ = folders.insert(key, (rank, provider)),
            None => _ = folders.insert(key, (rank, provider)),
        }
    }
    let mut all: Vec<_> = folders.into_values().collect();
    all.sort_by_key(|(rank, it)| {
        let is_other_stem = stem(it.name()) != stem(name);
        (
            is_other_stem,
            Reverse(numbers(it.name())),
            it.name().to_owned(),
            *rank,
        )
    });
    let mut best: Vec<Provider> = all.into_iter().map(|(_, it)| it).collect();
    best.dedup_by(|a, b| a.name() == b.name());
    best
}

impl Absence {
    /// What is to be said, line by line.
    #[must_use]
    pub fn lines(&self, name: &str) -> Vec<String> {
        let others = match self {
            Self::OfDriver => return vec![NEVER_FROM_A_PACKAGE.into(), WHERE_FROM.into()],
            Self::Unknown => return vec!["no package in the index has it".into()],
            Self::OtherVersions(others) => others,
        };
        let mut lines = vec!["no package in the index has it, but there is another version".into()];
        for it in others.iter().take(MOST) {
            lines.push(match it.label() {
                Some(label) => format!("{} is in {label}", it.name()),
                None => format!("{} is in {}", it.name(), it.store_path.display()),
            });
        }
        if others.len() > MOST {
            lines.push(format!("and {} more", others.len() - MOST));
        }
        lines.push(meaning(name, others).into());
        if is_without_version(name, others) {
            return lines;
        }
        let is_older = others.iter().any(|it| numbers(it.name()) > numbers(name));
        let when = if is_older { "an older" } else { "a newer" };
        let attribute = others.iter().find_map(|it| it.attribute.as_deref());
        let attribute = attribute.unwrap_or("ATTR");
        let choice = printable::shell_word(&format!("{name}={attribute}"));
        lines.push(format!(
            "{when} nixpkgs may have it (which, the index does not tell): \
             ldshim pin --nixpkgs REF --select {choice} PROGRAM"
        ));
        lines
    }

    /// The same in one line, without that no package has it.
    #[must_use]
    pub fn line(&self, name: &str) -> Option<String> {
        match self {
            Self::Unknown => None,
            Self::OfDriver => Some(self.lines(name).join("; ")),
            Self::OtherVersions(_) => {
                let lines = self.lines(name);
                Some(lines[1..].join("; "))
            }
        }
    }

    /// The other versions, if that is what there is.
    #[must_use]
    pub fn others(&self) -> &[Provider] {
        match self {
            Self::OtherVersions(others) => others,
            _ => &[],
        }
    }
}

/// What it means that there is another version only.
fn meaning(name: &str, others: &[Provider]) -> &'static str {
    let wanted = version(name);
    let is_more_exact = |it: &Provider| {
        let rest = version(it.name()).strip_prefix(wanted);
        stem(it.name()) == stem(name) && rest.is_some_and(|it| it.starts_with('.'))
    };
    if is_without_version(name, others) {
        "a name without a version is what linkers ask for: for which version the program was built, it does not tell"
    } else if others.iter().any(is_more_exact) {
        "by its number it may be the same ABI; but a loader takes a library by its exact name only"
    } else {
        "that is another ABI: the number changes when programs built for one do not run with the other, so a link by the \
         name that is asked for does not help"
    }
}

/// Whether a name has no version where the others have one.
fn is_without_version(name: &str, others: &[Provider]) -> bool {
    version(name).is_empty() && others.iter().any(|it| stem(it.name()) == stem(name))
}

/// What all versions of a library have in common: `libxml` of `libxml2.so.16`, `libpython` of `libpython3.8.so.1.0`,
/// `libQt#Core` of `libQt5Core.so.5`. `None` if that is nothing but `lib`.
fn family(name: &str) -> Option<String> {
    let mut stem = stem(name);
    loop {
        let shorter = stem.trim_end_matches(|it: char| it.is_ascii_digit() || "-._".contains(it));
        if shorter.len() == stem.len() {
            break;
        }
        stem = shorter;
    }
    let mut family = String::new();
    for letter in stem.chars() {
        match letter {
            '0'..='9' if family.ends_with('#') => {}
            '0'..='9' => family.push('#'),
            letter => family.push(letter),
        }
    }
    let letters = family.strip_prefix("lib").unwrap_or(&family);
    (name.contains(".so") && !letters.is_empty()).then_some(family)
}

/// The folder of a library in its package.
fn folder(provider: &Provider) -> &str {
    let path = provider.path.rsplit_once('/');
    path.map_or("", |(folder, _)| folder)
}

/// What stands before `.so`.
fn stem(name: &str) -> &str {
    name.split_once(".so").map_or(name, |(stem, _)| stem)
}

/// What stands behind `.so.`; nothing if there is nothing.
fn version(name: &str) -> &str {
    name.split_once(".so.").map_or("", |(_, version)| version)
}

/// The numbers in a name, by which its versions are in order.
fn numbers(name: &str) -> Vec<u64> {
    let runs = name.split(|it: char| !it.is_ascii_digit());
    runs.filter_map(|it| it.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Source;

    #[test]
    fn only_another_number_is_another_abi() {
        let meaning = |wanted: &str, there: &str| {
            let provider = Provider {
                attribute: None,
                output: "out".into(),
                top_level: false,
                store_path: "/nix/store/x".into(),
                path: format!("lib/{there}"),
                versions: None,
                source: Source::Local,
            };
            super::meaning(wanted, &[provider])
        };
        assert!(meaning("libxml2.so.2", "libxml2.so.16").contains("another ABI"));
        assert!(meaning("libssl.so.1.1", "libssl.so.1.0.0").contains("another ABI"));
        assert!(meaning("liba-1.so.2", "liba-2.so.2.1").contains("another ABI"));
        assert!(meaning("liba.so.2", "liba.so.2.1").contains("may be the same ABI"));
        assert!(meaning("libdb-4.8.so", "libdb-5.3.so").contains("another ABI"));
        assert!(meaning("liba.so", "liba.so.2").contains("a name without a version"));
    }

    #[test]
    fn versions_of_one_library_are_of_one_family() {
        for (a, b) in [
            ("libxml2.so.2", "libxml2.so.16"),
            ("libssl.so.1.1", "libssl.so.3"),
            ("libpython3.8.so.1.0", "libpython3.12.so.1.0"),
            ("libpng12.so.0", "libpng16.so.16"),
            ("libenchant.so.1", "libenchant-2.so.2"),
            ("libLLVM-14.so.1", "libLLVM.so.18.1"),
            ("libwebkit2gtk-4.0.so.37", "libwebkit2gtk-4.1.so.0"),
            ("libQt5Core.so.5", "libQt6Core.so.6"),
            ("libSDL-1.2.so.0", "libSDL2-2.0.so.0"),
            ("libdb-4.8.so", "libdb-5.3.so"),
            ("libboost_system.so.1.65.1", "libboost_system.so.1.83.0"),
        ] {
            assert!(family(a).is_some() && family(a) == family(b), "{a} {b}");
        }
        for (a, b) in [
            ("libxml2.so.2", "libxslt.so.1"),
            ("libQt5Core.so.5", "libQt5Gui.so.5"),
            ("libz.so.1", "libbz2.so.1"),
        ] {
            assert_ne!(family(a), family(b), "{a} {b}");
        }
        assert_eq!(family("lib.so.1"), None);
        assert_eq!(family("text"), None);
    }
}
