//! Choices, on tables of packages.

mod clear;
mod criteria;
mod glibc;
mod selection;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::{Choice, ChoiceError, Choices, Facts, Knowledge, Need, Selection, choose};
use crate::index::{Provider, Source};

/// A store path with this name.
fn store(name: &str) -> PathBuf {
    format!("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-{name}").into()
}

/// The package `NAME-1.0` at the top level of nixpkgs, with a library in `lib/`.
fn package(name: &str, library: &str) -> Provider {
    Provider {
        attribute: Some(name.into()),
        output: "out".into(),
        top_level: true,
        store_path: store(&format!("{name}-1.0")),
        path: format!("lib/{library}"),
        versions: None,
        source: Source::Nixpkgs,
    }
}

fn need(name: &str, versions: &[&str]) -> Need {
    Need {
        name: name.into(),
        needed_by: vec!["program".into()],
        versions: texts(versions),
        lacking: Vec::new(),
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&it| it.to_owned()).collect()
}

/// What is known, to be changed by a test.
#[derive(Default)]
struct World {
    providers: BTreeMap<String, Vec<Provider>>,
    selections: Vec<Selection>,
    closures: HashMap<PathBuf, u64>,
    glibc: Option<(u32, u32)>,
    glibc_package: Option<PathBuf>,
}

impl Facts for World {
    fn new_closure(&self, store_path: &Path) -> Option<u64> {
        self.closures.get(store_path).copied()
    }
}

impl World {
    /// Of these packages.
    fn new(packages: impl IntoIterator<Item = Provider>) -> Self {
        let mut world = Self::default();
        for package in packages {
            let name = package.path.rsplit('/').next().unwrap().to_owned();
            world.providers.entry(name).or_default().push(package);
        }
        world
    }

    fn select(mut self, texts: &[&str]) -> Self {
        self.selections = texts
            .iter()
            .map(|it| Selection::parse(it).unwrap())
            .collect();
        self
    }

    fn choose(&self, needs: &[Need]) -> Result<Choices, ChoiceError> {
        let knowledge = Knowledge {
            providers: &self.providers,
            selections: &self.selections,
            chosen: &[],
            facts: self,
            glibc: self.glibc,
            glibc_package: self.glibc_package.clone(),
        };
        choose(needs, &knowledge)
    }

    /// What is chosen for one library, the same in whatever order the packages are known.
    #[track_caller]
    fn choose_one(&mut self, need: Need) -> Choice {
        let name = need.name.clone();
        let needs = [need];
        let choice = self.choose(&needs).unwrap().libraries.remove(0);
        self.providers.get_mut(&name).unwrap().reverse();
        let again = self.choose(&needs).unwrap().libraries.remove(0);
        assert_eq!(choice.candidate, again.candidate, "another order");
        assert_eq!(choice.reason, again.reason, "another order");
        choice
    }
}

/// Of each library, the package that was chosen.
fn names(choices: &Choices) -> Vec<String> {
    choices
        .libraries
        .iter()
        .map(|it| it.candidate.name())
        .collect()
}
