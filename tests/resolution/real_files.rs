//! Programs and libraries of this machine, of the store, and from elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use ldshim::elf::{Architecture, identify};
use libtest_mimic::Trial;

use crate::common::{store_path, target};
use crate::truth::{Environment, differences, host_loader};

pub fn trials() -> Vec<Trial> {
    let trial = |name: &'static str, architecture, least: usize, make: fn() -> Environment| {
        Trial::test(format!("real_files::{name}"), move || {
            let count = differences(&make(), &files(architecture))?;
            assert!(count >= least, "only {count} files");
            Ok(())
        })
    };
    vec![
        trial("with_the_hosts_cache", Architecture::X86_64, 200, || {
            Environment::new(&host_loader())
        }),
        trial("with_a_library_path", Architecture::X86_64, 200, || {
            Environment::new(&host_loader()).library_path(store_libraries())
        }),
        trial("without_a_cache", Architecture::X86_64, 200, || {
            Environment::new(&host_loader()).without_cache()
        }),
        trial("of_32_bits", Architecture::I686, 10, || {
            let folder = store_path("libc6-i386-cross").join("lib");
            Environment::new(&folder.join("ld-linux.so.2")).library_path(folder)
        }),
    ]
}

fn store_libraries() -> String {
    let packages = ["libstdc++6", "zlib1g", "libgcc-s1", "libssl3", "libzstd1"];
    let folders = packages.map(|name| store_path(name).join("lib").display().to_string());
    folders.join(":")
}

/// ELF files for this machine, canonical, each once.
fn files(architecture: &Architecture) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["/usr/bin", "/usr/lib/x86_64-linux-gnu", "/usr/libexec"] {
        collect(Path::new(folder), 1, architecture, &mut files);
    }
    collect(&target().join("programs"), 8, architecture, &mut files);
    collect(&store_path("libc6-i386-cross"), 3, architecture, &mut files);
    collect(&store_path("libstdc++6"), 3, architecture, &mut files);
    files.sort();
    files.dedup();
    files
}

fn collect(folder: &Path, depth: usize, architecture: &Architecture, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if depth > 1 && !path.is_symlink() {
                collect(&path, depth - 1, architecture, files);
            }
            continue;
        }
        let Ok(path) = path.canonicalize() else {
            continue;
        };
        if identify(&path).is_ok_and(|it| architecture.matches(&it)) {
            files.push(path);
        }
    }
}
