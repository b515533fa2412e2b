//! Packages as nixpkgs has them, with what Debian's have in them; and a database of nix-index that knows them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Ran, platform, store_path};
use crate::long_path;
use crate::nix_index::{Database, Package};

/// How many packages are in the database beside those that are there, so that there is something to search.
const OTHERS: u32 = 30_000;

/// See above.
#[derive(Default)]
pub struct Packages {
    all: Vec<Known>,
    /// Paths that it does not know.
    others: Vec<PathBuf>,
}

struct Known {
    attribute: String,
    output: String,
    path: PathBuf,
    libraries: Vec<String>,
}

impl Packages {
    /// Adds an output with libraries of a Debian package's store path, and returns its path.
    pub fn add(
        &mut self,
        name: &str,
        (attribute, output): (&str, &str),
        debian: &Path,
        libraries: &[&str],
    ) -> PathBuf {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made = folder.path().join(name);
        fs::create_dir_all(made.join("lib")).expect("a folder");
        for library in libraries {
            let file = debian.join("lib").join(library);
            fs::copy(file, made.join("lib").join(library)).expect("a library");
        }
        let path = add_to_store(&made);
        self.here(path.clone(), (attribute, output), libraries);
        path
    }

    /// Adds the libraries of gcc that programs in C++ need.
    pub fn add_gcc(&mut self) {
        let libraries = [
            (
                "gcc-12.2.0-lib",
                ("gcc.cc", "lib"),
                "libstdc++6",
                "libstdc++.so.6",
            ),
            (
                "gcc-12.2.0-libgcc",
                ("libgcc", "out"),
                "libgcc-s1",
                "libgcc_s.so.1",
            ),
        ];
        for (name, attribute, debian, library) in libraries {
            self.add(name, attribute, &store_path(debian), &[library]);
        }
    }

    /// A glibc, which no package of the database is. Its loader has room for a long cache path, as that of nixpkgs.
    pub fn glibc(&mut self) -> PathBuf {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made = folder.path().join("glibc-2.36");
        fs::create_dir(&made).expect("a folder");
        let mut copy = Command::new("cp");
        copy.arg("-a")
            .arg(store_path("libc6").join("lib"))
            .arg(&made);
        Ran::of(&mut copy).succeeded();
        let mut permit = Command::new("chmod");
        Ran::of(permit.args(["-R", "u+w"]).arg(&made)).succeeded();
        let name = platform().loader();
        let name = name.file_name().expect("a name");
        let loader = made.join("lib").join(name);
        fs::remove_file(&loader).expect("it is there");
        long_path::write_loader(&store_path("libc6").join("lib").join(name), &loader)
            .expect("a loader");
        let path = add_to_store(&made);
        self.others.push(path.clone());
        path
    }

    /// Has the database know a store path of this machine, which has these libraries.
    pub fn here(&mut self, path: PathBuf, (attribute, output): (&str, &str), libraries: &[&str]) {
        self.all.push(Known {
            attribute: attribute.to_owned(),
            output: output.to_owned(),
            path,
            libraries: libraries.iter().map(|&it| it.to_owned()).collect(),
        });
    }

    /// Has the database know an output that this machine does not have. An attribute in parentheses only refers to it.
    pub fn only_known(
        &mut self,
        name: &str,
        (attribute, output): (&str, &str),
        libraries: &[&str],
    ) {
        let hash = format!("{:0>32}", self.all.len());
        let path = format!("/nix/store/{hash}-{name}");
        self.here(path.into(), (attribute, output), libraries);
    }

    /// A command in which store paths have no hash, `/nix/store/...-NAME/`, with those of these packages.
    pub fn with_hashes(&self, command: &str) -> String {
        let known = self.all.iter().map(|it| &it.path).chain(&self.others);
        known.fold(command.to_owned(), |command, path| {
            let path = path.to_str().expect("store paths are UTF-8");
            let (_, name) = path.split_once('-').expect("a store path");
            command.replace(&format!("/nix/store/...-{name}/"), &format!("{path}/"))
        })
    }

    /// A database that has them.
    pub fn database(&self) -> Vec<u8> {
        let mut database = Database::new(Vec::new(), 1).expect("a database");
        for known in &self.all {
            let name = known.path.file_name().expect("a name").to_string_lossy();
            let (hash, name) = name.split_once('-').expect("a store path");
            let attribute = known.attribute.trim_matches(['(', ')']);
            let mut package = Package::new('0', attribute, name);
            package.is_top_level = attribute == known.attribute;
            (package.hash, package.output) = (hash, &known.output);
            let path = |it: &String| match it.starts_with('/') {
                true => it.clone(),
                false => format!("/lib/{it}"),
            };
            let files: Vec<_> = known.libraries.iter().map(path).collect();
            let files = files.iter().map(|it| ("123x", &**it));
            database.package(&package, files).expect("a package");
        }
        for number in 0..OTHERS {
            let name = format!("other{number}");
            let hash = format!("{number:032}");
            let mut package = Package::new('0', &name, &name);
            package.hash = &hash;
            let file = format!("/lib/libother{number}.so.1");
            database
                .package(&package, [("123x", &*file)])
                .expect("a package");
        }
        database.finish().expect("a database")
    }
}

/// What has the same contents has the same path, for all who use the store: it stays there until Nix collects it.
pub(super) fn add_to_store(folder: &Path) -> PathBuf {
    let mut add = Command::new("nix-store");
    add.env_remove("LD_LIBRARY_PATH").arg("--add").arg(folder);
    Ran::of(&mut add).succeeded().stdout.trim_end().into()
}
