//! Programs and libraries of this machine, of the store, and from elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use ldshim::elf::{Architecture, identify};
use libtest_mimic::Trial;

use crate::common::{store_path, target};
use crate::truth::{Environment, differences, host_loader};

pub fn trials() -> Vec<Trial> {
    let trial = |name: &'static str, make: fn() -> Environment| {
        Trial::test(format!("real_files::{name}"), move || {
            let files = files();
            let count = differences(&make(), &files)?;
            assert!(count >= 200, "only {count} files");
            Ok(())
        })
    };
    vec![
        trial("with_the_hosts_cache", || Environment::new(&host_loader())),
        trial("with_a_library_path", || {
            Environment::new(&host_loader()).library_path(store_libraries())
        }),
        trial("without_a_cache", || {
            Environment::new(&host_loader()).without_cache()
        }),
    ]
}

fn store_libraries() -> String {
    let packages = ["libstdc++6", "zlib1g", "libgcc-s1", "libssl3", "libzstd1"];
    let folders = packages.map(|name| store_path(name).join("lib").display().to_string());
    folders.join(":")
}

/// ELF files for this machine, canonical, each once.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["/usr/bin", "/usr/lib/x86_64-linux-gnu", "/usr/libexec"] {
        collect(Path::new(folder), 1, &mut files);
    }
    collect(&target().join("programs"), 8, &mut files);
    files.sort();
    files.dedup();
    files
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if depth > 1 && !path.is_symlink() {
                collect(&path, depth - 1, files);
            }
            continue;
        }
        let Ok(path) = path.canonicalize() else {
            continue;
        };
        if identify(&path).is_ok_and(|it| Architecture::X86_64.matches(&it)) {
            files.push(path);
        }
    }
}
