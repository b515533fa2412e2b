//! The parts of a bundle: store paths, packages of Debian, and what is of neither.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::bundle::manifest::File;
use crate::nix::{name_and_version, store_path_of};

/// Where dpkg has a list of files for each package.
const DPKG_LISTS: &str = "/var/lib/dpkg/info";

/// Something that files of a bundle come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// What it is called below `share/licenses/`: for store paths their name with the hash.
    pub(super) folder: String,
    pub(super) name: String,
    /// None if it is not known.
    pub(super) version: Option<String>,
    /// The store path; none for what is from elsewhere.
    pub(super) store_path: Option<PathBuf>,
    /// Files with texts of its licenses.
    pub(super) texts: Vec<PathBuf>,
    /// The places of these in the bundle.
    pub(super) places: Vec<PathBuf>,
}

impl Part {
    /// Its name and version.
    pub(super) fn title(&self) -> String {
        match &self.version {
            Some(version) => format!("{} {version}", self.name),
            None => self.name.clone(),
        }
    }
}

/// The parts that files are from, sorted.
pub(super) fn parts(files: &[File]) -> Vec<Part> {
    let sources: Vec<_> = files.iter().filter_map(|it| it.source.as_deref()).collect();
    let store_paths: BTreeSet<_> = sources.iter().filter_map(|it| store_path_of(it)).collect();
    let mut parts: Vec<_> = store_paths.iter().map(|it| of_store(it)).collect();
    let others: Vec<_> = sources
        .into_iter()
        .filter(|it| store_path_of(it).is_none())
        .collect();
    if !others.is_empty() {
        parts.extend(of_debian(&others));
    }
    parts
}

fn of_store(store_path: &Path) -> Part {
    let folder = store_path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let name = folder.split_once('-').map_or(&*folder, |it| it.1);
    let (name, version) = name_and_version(name);
    let mut texts = Vec::new();
    for below in ["share/licenses", "share/doc", "share/LICENSES"] {
        find_texts(&store_path.join(below), 3, &mut texts);
    }
    find_texts(store_path, 0, &mut texts);
    Part {
        name: name.to_owned(),
        version: version.map(str::to_owned),
        store_path: Some(store_path.to_owned()),
        texts,
        folder,
        places: Vec::new(),
    }
}

/// Adds files whose names are those of licenses, from a folder and `depth` folders below.
fn find_texts(folder: &Path, depth: usize, texts: &mut Vec<PathBuf>) {
    const NAMES: [&str; 7] = [
        "copying",
        "license",
        "licence",
        "copyright",
        "notice",
        "unlicense",
        "patents",
    ];
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|it| it.path()).collect();
    paths.sort();
    for path in paths {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        // In a folder of licenses all files are some, such as GPL-3.
        let is_named = NAMES.iter().any(|it| name.starts_with(it))
            || folder
                .components()
                .any(|it| it.as_os_str().eq_ignore_ascii_case("licenses"));
        if path.is_dir() && !path.is_symlink() {
            if depth > 0 {
                find_texts(&path, depth - 1, texts);
            }
        } else if is_named && path.is_file() {
            texts.push(path);
        }
    }
}

/// Files from elsewhere, by the packages that dpkg says have them.
fn of_debian(files: &[&Path]) -> Vec<Part> {
    let owners = owners(files, Path::new(DPKG_LISTS));
    let mut parts = Vec::new();
    let packages: BTreeSet<_> = owners.values().collect();
    for package in packages {
        let text = Path::new("/usr/share/doc").join(package).join("copyright");
        parts.push(Part {
            folder: package.clone(),
            name: package.clone(),
            version: version_of_debian(package),
            store_path: None,
            texts: text.is_file().then_some(text).into_iter().collect(),
            places: Vec::new(),
        });
    }
    let unknown = files.iter().filter(|it| !owners.contains_key(**it));
    parts.extend(unknown.map(|file| Part {
        folder: "unknown".to_owned(),
        name: file.display().to_string(),
        version: None,
        store_path: None,
        texts: Vec::new(),
        places: Vec::new(),
    }));
    parts
}

/// Which package has a file: by the lists of dpkg in this folder, where /lib may stand for /usr/lib. Of several the first by name.
fn owners<'a>(files: &[&'a Path], lists: &Path) -> BTreeMap<&'a Path, String> {
    let mut wanted = BTreeMap::new();
    for file in files {
        wanted.insert(file.to_path_buf(), *file);
        if let Ok(below) = file.strip_prefix("/usr") {
            wanted.insert(Path::new("/").join(below), *file);
        }
    }
    let mut owners = BTreeMap::new();
    let lists = fs::read_dir(lists).into_iter().flatten().flatten();
    let mut lists: Vec<_> = lists.map(|it| it.path()).collect();
    lists.sort();
    for list in lists {
        let is_list = list.extension().is_some_and(|it| it == "list");
        let name = list.file_stem().unwrap_or_default().to_string_lossy();
        let package = name.split(':').next().unwrap_or_default();
        let Some(text) = is_list.then(|| fs::read_to_string(&list).ok()).flatten() else {
            continue;
        };
        for line in text.lines() {
            if let Some(file) = wanted.get(Path::new(line)) {
                owners.entry(*file).or_insert_with(|| package.to_owned());
            }
        }
    }
    owners
}

fn version_of_debian(package: &str) -> Option<String> {
    let status = fs::read_to_string("/var/lib/dpkg/status").ok()?;
    let mut paragraphs = status.split("\n\n");
    let head = format!("Package: {package}\n");
    let own = paragraphs.find(|it| it.starts_with(&head))?;
    let version = own.lines().find_map(|it| it.strip_prefix("Version: "))?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_packages_with_a_file_the_first_has_it() {
        let folder = tempfile::tempdir().unwrap();
        // Written in no order, and read in whatever order the file system has.
        for (package, list) in [
            ("m:amd64", "/usr/lib/shared\n"),
            ("z", "/usr/lib/shared\n/lib/own\n"),
            ("b", "/usr/lib/shared\n"),
            ("a", "/usr/lib/other\n"),
            ("k", "/usr/lib/shared\n"),
        ] {
            fs::write(folder.path().join(format!("{package}.list")), list).unwrap();
        }
        let [shared, own, none] =
            ["shared", "own", "none"].map(|it| Path::new("/usr/lib").join(it));
        let owners = owners(&[&shared, &own, &none], folder.path());
        let expected = [(&*own, "z".to_owned()), (&*shared, "b".to_owned())];
        assert_eq!(owners, BTreeMap::from(expected));
    }
}
