//! What of the host a program sees in an isolated root, beside its libraries.

use std::env;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use super::libraries::outermost;
use super::program::Program;

/// What every isolated root shows of the host, in the places it has there.
const ALWAYS: [&str; 3] = ["/nix", "/proc", "/dev"];

/// What a program of PREFIX/bin/ is not shown for: too much of the host is in there.
const NO_PREFIXES: [&str; 3] = ["/", "/usr", "/usr/local"];

/// Where the host's own files are. To start a program there is not to ask for them.
const OF_SYSTEM: [&str; 11] = [
    "/bin", "/boot", "/etc", "/lib", "/lib32", "/lib64", "/run", "/sbin", "/sys", "/usr",
    "/var/tmp",
];

/// What a program sees.
pub(super) struct Shown {
    /// Files and folders of the host that are seen where they are, without those within others of them.
    pub(super) paths: Vec<PathBuf>,
    /// Where the program has an empty home.
    pub(super) home: Option<PathBuf>,
}

impl Shown {
    /// For a program that is started in the folder `current`, and sees `more`.
    pub(super) fn of(program: &Program, current: &Path, more: &[PathBuf]) -> Result<Self> {
        let home = env::var_os("HOME")
            .map(PathBuf::from)
            .filter(|it| is_place(it));
        let mut paths = vec![own_folder(program, home.as_deref())];
        if is_meant(current, home.as_deref()) {
            paths.push(current.to_owned());
        }
        for path in more {
            let operation = || format!("cannot show {}", path.display());
            let written = std::path::absolute(path).with_context(operation)?;
            paths.push(path.canonicalize().with_context(operation)?);
            if is_place(&written) {
                paths.push(written);
            }
        }
        paths.retain(|path| !is_always(path));
        let paths = outermost(paths);
        let home = home.filter(|home| !is_always(home));
        Ok(Self { paths, home })
    }

    /// Whether a path of the host is seen at its place.
    pub(super) fn has(&self, path: &Path) -> bool {
        is_always(path) || self.paths.iter().any(|shown| path.starts_with(shown))
    }
}

/// Whether every isolated root shows this path.
pub(super) fn is_always(path: &Path) -> bool {
    ALWAYS.iter().any(|shown| path.starts_with(shown))
}

/// The program's folder, or the one above if programs have what they need beside their `bin`.
fn own_folder(program: &Program, home: Option<&Path>) -> PathBuf {
    let folder = program.folder();
    let is_bin = [Some(OsStr::new("bin")), Some(OsStr::new("sbin"))].contains(&folder.file_name());
    let prefix = folder.parent().filter(|prefix| {
        let is_too_much = NO_PREFIXES.iter().any(|it| *prefix == Path::new(it));
        is_bin && !is_too_much && home.is_none_or(|home| !home.starts_with(prefix))
    });
    prefix.unwrap_or(folder).to_owned()
}

/// Whether the current folder is meant to be seen. A home is to be empty.
fn is_meant(current: &Path, home: Option<&Path>) -> bool {
    let is_of_system = OF_SYSTEM.iter().any(|it| current.starts_with(it));
    let has_home = home.is_some_and(|home| home.starts_with(current));
    current != Path::new("/") && current != Path::new("/tmp") && !is_of_system && !has_home
}

/// Whether something can be put there in a root.
fn is_place(path: &Path) -> bool {
    let is_plain = |part: Component| matches!(part, Component::RootDir | Component::Normal(_));
    path.is_absolute() && path != Path::new("/") && path.components().all(is_plain)
}
