//! Packages as nixpkgs has them, with what Debian's have in them; and a database of nix-index that knows them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Ran, store_path};
use crate::nix_index::{Database, Package};

/// How many packages are in the database beside those that are there, so that there is something to search.
const OTHERS: u32 = 30_000;

/// See above.
#[derive(Default)]
pub struct Packages {
    all: Vec<Known>,
}

struct Known {
    attribute: String,
    output: String,
    path: PathBuf,
    libraries: Vec<String>,
}

impl Packages {
    /// Adds an output with libraries of a Debian package's, and returns its path.
    pub fn add(
        &mut self,
        name: &str,
        (attribute, output): (&str, &str),
        debian: &str,
        libraries: &[&str],
    ) -> PathBuf {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made = folder.path().join(name);
        fs::create_dir_all(made.join("lib")).expect("a folder");
        for library in libraries {
            let file = store_path(debian).join("lib").join(library);
            fs::copy(file, made.join("lib").join(library)).expect("a library");
        }
        let path = add_to_store(&made);
        self.all.push(Known {
            attribute: attribute.to_owned(),
            output: output.to_owned(),
            path: path.clone(),
            libraries: libraries.iter().map(|&it| it.to_owned()).collect(),
        });
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
            self.add(name, attribute, debian, &[library]);
        }
    }

    /// A database that has them.
    pub fn database(&self) -> Vec<u8> {
        let mut database = Database::new(Vec::new(), 1).expect("a database");
        for known in &self.all {
            let name = known.path.file_name().expect("a name").to_string_lossy();
            let (hash, name) = name.split_once('-').expect("a store path");
            let mut package = Package::new('0', &known.attribute, name);
            (package.hash, package.output) = (hash, &known.output);
            let files: Vec<_> = known
                .libraries
                .iter()
                .map(|it| format!("/lib/{it}"))
                .collect();
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
fn add_to_store(folder: &Path) -> PathBuf {
    let mut add = Command::new("nix-store");
    add.env_remove("LD_LIBRARY_PATH").arg("--add").arg(folder);
    Ran::of(&mut add).succeeded().stdout.trim_end().into()
}
