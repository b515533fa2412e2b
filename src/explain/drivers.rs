//! Drivers in the extra and known paths of a library environment, which come with the system and not with the loader that is to load them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::drivers::is_loaded_as_driver;
use crate::elf::{Dependency, DependencyKind, Dynamic};
use crate::resolver::{Object, Program};

/// What programs with graphics have loaded when they load a driver. One that is not there does not matter here.
const LIBRARIES: [&str; 5] = [
    "libGL.so.1",
    "libstdc++.so.6",
    "libgcc_s.so.1",
    "libm.so.6",
    "libc.so.6",
];

/// The names of the drivers in these folders, sorted.
pub(super) fn names(folders: &[PathBuf]) -> Vec<OsString> {
    let files = folders.iter().flat_map(|it| in_folder(it));
    let names = files.filter_map(|it| it.file_name().map(OsString::from));
    let mut names: Vec<_> = names
        .filter(|it| is_loaded_as_driver(&it.to_string_lossy()))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// A program that has nothing but a C library and what most programs have, and loads these drivers later.
pub(super) fn user(drivers: Vec<OsString>) -> Program<'static> {
    let needed = |name: &&str| Dependency {
        kind: DependencyKind::Needed,
        name: name.into(),
    };
    let dynamic = Dynamic {
        dependencies: LIBRARIES.iter().map(needed).collect(),
        ..Dynamic::default()
    };
    Program {
        keeps_looks: false,
        path: Path::new("/program"),
        object: Arc::new(Object {
            identity: (0, 0),
            dynamic,
            glibc: None,
            dlopen_notes: Vec::new(),
        }),
        interpreter: None,
        may_load: Vec::new(),
        reads_libraries: false,
        loads: None,
        drivers,
    }
}

/// The libraries in a folder, each file once, sorted; none if it cannot be listed.
fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|it| it.path()).collect();
    paths.retain(|it| it.is_file() && it.to_string_lossy().contains(".so"));
    paths.sort();
    paths
}
