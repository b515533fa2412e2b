//! Files that list libraries for every program: `/etc/ld.so.preload`, and `/etc/ld-nix.so.preload` of nixpkgs' loaders.

use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::plan::Plans;
use crate::resolver::{Machine, RealLoader, preloaded_by};

/// Those that loaders of nixpkgs and of other distributions read.
const FILES: [&str; 2] = ["/etc/ld-nix.so.preload", "/etc/ld.so.preload"];

/// Looks at both, and at the one that the stub's loader reads, if it is another.
pub(super) fn check(plans: &Plans) -> Vec<Finding> {
    let loader = plans.here.as_ref().ok().and_then(|it| it.loader.as_ref());
    let loader = loader.and_then(|it| RealLoader::read(&it.path, Machine::this).ok());
    let read = loader.and_then(|it| it.preload_file);
    let mut files: Vec<PathBuf> = FILES.iter().map(PathBuf::from).collect();
    files.extend(read.clone().filter(|it| !files.contains(it)));
    files
        .iter()
        .filter_map(|file| finding(file, read.as_deref() == Some(file)))
        .collect()
}

fn finding(file: &Path, is_read: bool) -> Option<Finding> {
    let names = preloaded_by(file);
    if names.is_empty() {
        return None;
    }
    let list: Vec<_> = names.iter().map(|it| it.display().to_string()).collect();
    let gone: Vec<_> = names
        .iter()
        .map(Path::new)
        .filter(|it| it.is_absolute() && !it.exists())
        .map(|it| it.display().to_string())
        .collect();
    let gone = match gone.is_empty() {
        true => String::new(),
        false => format!("; {} is not there", gone.join(", ")),
    };
    let (file, list) = (file.display(), list.join(", "));
    Some(if is_read {
        Finding::warning(
            "preload-file",
            format!("{file} loads {list} into every program, foreign ones too{gone}"),
            "It is made for programs of this system, and its glibc. Where a foreign program crashes or says that it cannot be \
             preloaded, try without: on NixOS, environment.memoryAllocator.provider = \"libc\".",
        )
    } else {
        Finding::info(
            "preload-file",
            format!(
                "{file} loads {list} into every program whose loader reads this file{gone}: the loader that foreign programs get \
                 here does not"
            ),
            "",
        )
    })
}
