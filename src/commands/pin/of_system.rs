//! What a pin of the system may be made of: only what belongs to root, because programs with rights of their own
//! use it.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::exec::MOST_LINKS;
use crate::index::Place;
use crate::library_env::is_in;
use crate::nix::STORE;
use crate::pin::Recipe;

/// Write permission for the group and for others.
const WRITABLE_BY_OTHERS: u32 = 0o022;
/// `S_ISVTX`.
const STICKY: u32 = 0o1000;

/// Fails if anything that the pin would hold may be changed by somebody else than root.
pub(super) fn check(recipe: &Recipe) -> Result<()> {
    let libraries = recipe.base.iter().map(|(_, file)| file);
    let libraries = libraries.filter(|it| !is_in(&recipe.known_paths, it));
    let packages = recipe.packages.iter().map(|it| &it.store_path);
    let files = libraries.chain(packages).chain([&recipe.loader]);
    for file in files {
        check_path(file)?;
    }
    // Those that are not there are given to nobody before they are.
    for directory in recipe.extra_paths.iter().chain(&recipe.known_paths) {
        let there = directory.ancestors().find(|it| it.exists());
        there.map_or(Ok(()), check_path)?;
    }
    Ok(())
}

/// Fails if the index in use is somebody else's, as with the HOME of the user who has called sudo.
pub(super) fn check_index() -> Result<()> {
    let place = Place::of_user()?;
    for path in place.imports().into_iter().chain([place.local()]) {
        if path.exists() {
            check_path(&path).context(
                "cannot trust the index for a pin of the system; use one of root: set HOME to root's, and \
                 XDG_CACHE_HOME not at all",
            )?;
        }
    }
    Ok(())
}

/// Checks a file, all directories above it, and all links on the way to it.
fn check_path(path: &Path) -> Result<()> {
    walk(path).with_context(|| {
        let path = path.display();
        format!("cannot use {path} in a pin of the system; put it into the Nix store")
    })
}

/// Goes to a file as the kernel does, part by part, and looks at each part that it passes.
fn walk(path: &Path) -> Result<()> {
    let path = std::path::absolute(path)
        .with_context(|| format!("cannot tell where {} is", path.display()))?;
    let mut left = parts(&path);
    let mut at = PathBuf::from("/");
    let mut links = 0;
    check_part(&at, !left.is_empty())?;
    while let Some(part) = left.pop_front() {
        at = step(&at, &part);
        let metadata = check_part(&at, !left.is_empty())?;
        if metadata.is_symlink() {
            links += 1;
            ensure!(
                links <= MOST_LINKS,
                "too many links lead to {}",
                at.display()
            );
            let contents = at
                .read_link()
                .with_context(|| format!("cannot read the link {}", at.display()))?;
            at = if contents.is_absolute() {
                PathBuf::from("/")
            } else {
                step(&at, "..".as_ref())
            };
            left = parts(&contents).into_iter().chain(left).collect();
        }
    }
    Ok(())
}

/// The names in a path, `..` among them.
fn parts(path: &Path) -> VecDeque<OsString> {
    let names = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    });
    names.collect()
}

fn step(at: &Path, part: &OsStr) -> PathBuf {
    if part == ".." {
        at.parent().unwrap_or(at).to_owned()
    } else {
        at.join(part)
    }
}

/// Checks that nobody but root can put something else in a part's place. A directory that others may write to will do if
/// it has the sticky bit (`inode(7)`), as `/tmp` has, and something follows: that is there, and is checked next, and if
/// it is root's nobody else can rename or remove it. What is still to be made there anybody could make.
fn check_part(part: &Path, something_follows: bool) -> Result<Metadata> {
    let metadata = part
        .symlink_metadata()
        .with_context(|| format!("cannot look at {}", part.display()))?;
    // What is in the store belongs to Nix, and never changes. A link has no permissions of its own.
    if part.starts_with(STORE) {
        return Ok(metadata);
    }
    ensure!(
        metadata.uid() == 0,
        "{} does not belong to root",
        part.display()
    );
    let is_protected = something_follows && metadata.is_dir() && metadata.mode() & STICKY != 0;
    ensure!(
        metadata.is_symlink() || metadata.mode() & WRITABLE_BY_OTHERS == 0 || is_protected,
        "others than root may write to {}",
        part.display()
    );
    Ok(metadata)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    use tempfile::TempDir;

    use super::*;

    const SOMEBODY: Option<u32> = Some(65534);

    /// A directory of root's with this mode and a file of root's in it, below one that is sticky like `/tmp`; nothing if
    /// these tests cannot be made, because this user is not root or the temporary folder is not only root's.
    fn directory(mode: u32) -> Option<TempDir> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        if let Err(error) = walk(folder.path()) {
            eprintln!("not tried: {error:#}");
            return None;
        }
        fs::write(folder.path().join("file"), "").expect("a file");
        for (path, mode) in [
            (folder.path().join("file"), 0o644),
            (folder.path().to_owned(), mode),
        ] {
            fs::set_permissions(path, Permissions::from_mode(mode)).expect("its permissions");
        }
        Some(folder)
    }

    /// What is wrong with the file of this name in a directory of this mode.
    fn wrong(folder: &TempDir, name: &str) -> String {
        let error = walk(&folder.path().join(name)).expect_err("it is refused");
        format!("{error:#}")
    }

    #[test]
    fn roots_file_in_a_directory_with_the_sticky_bit_is_safe() {
        for mode in [0o755, 0o1777, 0o1775] {
            if let Some(folder) = directory(mode) {
                walk(&folder.path().join("file")).expect("nobody else can change it");
            }
        }
    }

    #[test]
    fn a_directory_that_others_may_write_to_without_that_bit_is_refused() {
        for mode in [0o777, 0o775] {
            if let Some(folder) = directory(mode) {
                let wrong = wrong(&folder, "file");
                assert!(wrong.contains("others than root may write to"), "{wrong}");
            }
        }
    }

    #[test]
    fn what_is_still_to_be_made_in_a_directory_with_the_sticky_bit_is_not_safe() {
        if let Some(folder) = directory(0o1777) {
            let error = walk(folder.path()).expect_err("anybody could make it");
            assert!(error.to_string().contains("others than root may write to"));
        }
    }

    #[test]
    fn somebody_elses_file_in_it_is_refused() {
        if let Some(folder) = directory(0o1777) {
            chown(folder.path().join("file"), SOMEBODY, None).expect("root may");
            let wrong = wrong(&folder, "file");
            assert!(wrong.contains("does not belong to root"), "{wrong}");
        }
    }

    #[test]
    fn a_link_on_the_way_has_to_be_roots_too() {
        let Some(folder) = directory(0o1777) else {
            return;
        };
        let link = |name: &str, contents: &str| {
            symlink(contents, folder.path().join(name)).expect("a link");
        };
        link("theirs", "file");
        link("ours", "file");
        link("through", "theirs");
        std::os::unix::fs::lchown(folder.path().join("theirs"), SOMEBODY, None).expect("root may");
        walk(&folder.path().join("ours")).expect("it is root's");
        for name in ["theirs", "through"] {
            let wrong = wrong(&folder, name);
            assert!(wrong.contains("theirs does not belong to root"), "{wrong}");
        }
    }

    #[test]
    fn links_in_a_circle_come_to_an_end() {
        if let Some(folder) = directory(0o755) {
            symlink("circle", folder.path().join("circle")).expect("a link");
            let wrong = wrong(&folder, "circle");
            assert!(wrong.contains("too many links"), "{wrong}");
        }
    }
}
