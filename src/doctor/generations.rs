//! Generations of the system: whether a path is of the running one, or of an older one.

use std::fs;
use std::path::{Path, PathBuf};

use crate::library_env::{LOADER_NAME, original_loader};

/// Where NixOS keeps links to the generations that are not yet removed: `system-41-link` and so on.
const PROFILES: &str = "/nix/var/nix/profiles";
/// The running system's library environment.
pub(super) const CURRENT: &str = "/run/current-system/sw/share/nix-ld/lib";

/// The number of an older generation whose library environment is, or has, the file at `path`. None if it is of the
/// running system or of no generation.
pub(super) fn older(path: &Path) -> Option<u32> {
    let current = Path::new(CURRENT).canonicalize().ok()?;
    let path = original_loader(path).ok()?;
    let is_of = |env: &Path| {
        path == env || original_loader(&env.join(LOADER_NAME)).is_ok_and(|loader| loader == path)
    };
    if is_of(&current) {
        return None;
    }
    let mut generations: Vec<_> = fs::read_dir(PROFILES).ok()?.flatten().collect();
    generations.sort_by_key(fs::DirEntry::file_name);
    generations.iter().rev().find_map(|entry| {
        let number = number(entry.file_name().to_str()?)?;
        let env: PathBuf = entry.path().join("sw/share/nix-ld/lib");
        is_of(&env.canonicalize().ok()?).then_some(number)
    })
}

fn number(name: &str) -> Option<u32> {
    name.strip_prefix("system-")?
        .strip_suffix("-link")?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_generations_have_a_number() {
        assert_eq!(number("system-41-link"), Some(41));
        for name in [
            "system",
            "system-link",
            "system--link",
            "system-1-link-2",
            "default-1-link",
        ] {
            assert_eq!(number(name), None, "{name}");
        }
    }
}
