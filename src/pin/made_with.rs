//! Which library environment a pin is a copy of, and whether that has changed since.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::library_env::{
    CACHE_NAME, KNOWN_PATHS_NAME, LOADER_NAME, ORIGINAL_NAME, PLACE_NAME, is_in, original_loader,
    written_known_paths,
};

/// What a program got without its pin when the pin was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeWith {
    /// The real loader, by the path at which the stub found it.
    pub loader: String,
    /// The library environment, or the directories that were named in its place.
    pub directories: Vec<String>,
    /// What stands for all that was in there: 16 hexadecimal digits.
    pub fingerprint: String,
}

impl MadeWith {
    /// What there is now; `None` if one of the paths is not UTF-8, or not there.
    #[must_use]
    pub fn now(loader: &Path, directories: &[PathBuf]) -> Option<Self> {
        let text = |path: &Path| path.to_str().map(str::to_owned);
        Some(Self {
            loader: text(loader)?,
            directories: directories
                .iter()
                .map(|it| text(it))
                .collect::<Option<_>>()?,
            fingerprint: fingerprint(loader, directories)?,
        })
    }

    /// Whether there is something else in the same place now. What is gone, as the library environment of a development
    /// shell may be, says nothing.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        let directories: Vec<_> = self.directories.iter().map(PathBuf::from).collect();
        let now = fingerprint(Path::new(&self.loader), &directories);
        now.is_some_and(|now| now != self.fingerprint)
    }
}

/// Of the names in the directories and the files to which they lead. Files in the Nix store do not change.
fn fingerprint(loader: &Path, directories: &[PathBuf]) -> Option<String> {
    let mut lines = vec![original_loader(loader).ok()?.into_os_string()];
    for directory in directories {
        let mut own = Vec::new();
        let known_paths = written_known_paths(directory);
        for entry in fs::read_dir(directory).ok()? {
            let entry = entry.ok()?;
            let name = entry.file_name();
            // The cache says what the links do. The note of its place has the extra paths.
            let file = match name.to_str() {
                Some(CACHE_NAME | LOADER_NAME | ORIGINAL_NAME) => continue,
                Some(PLACE_NAME | KNOWN_PATHS_NAME) => entry.path().read_link(),
                // What is in a known path may be there or not, and another one with each start of the machine.
                _ => match entry.path().read_link() {
                    Ok(target) if is_in(&known_paths, &target) => Ok(target),
                    _ => entry.path().canonicalize(),
                },
            };
            if let Ok(file) = file {
                own.push([name, file.into_os_string()]);
            }
        }
        own.sort();
        lines.extend(own.into_iter().flatten());
    }
    Some(format!(
        "{:016x}",
        hash(lines.iter().map(|it| it.as_encoded_bytes()))
    ))
}

/// FNV-1a, with a zero byte behind each text. It need not be safe from anybody: who can change what is hashed can
/// change the libraries.
fn hash<'a>(texts: impl Iterator<Item = &'a [u8]>) -> u64 {
    let bytes = texts.flat_map(|text| text.iter().chain(&[0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn another_file_behind_the_same_name_is_a_change_and_the_cache_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["old", "new", "loader"] {
            fs::write(path(name), name).unwrap();
        }
        fs::create_dir(path("D")).unwrap();
        let link = |to: &str| {
            _ = fs::remove_file(path("D/liba.so"));
            symlink(path(to), path("D/liba.so")).unwrap();
        };
        link("old");
        let made = MadeWith::now(&path("loader"), &[path("D")]).unwrap();
        assert!(!made.has_changed());
        fs::write(path("D").join(CACHE_NAME), "written anew").unwrap();
        assert!(!made.has_changed());
        link("new");
        assert!(made.has_changed());
        link("old");
        assert!(!made.has_changed());
        symlink(path("new"), path("D/libb.so")).unwrap();
        assert!(made.has_changed(), "a library more");
        fs::remove_dir_all(path("D")).unwrap();
        assert!(!made.has_changed(), "nobody knows");
    }
}
