//! Virtual environments of Python: a folder with `pyvenv.cfg` (PEP 405), and links to the interpreter in `bin`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::place::{Kind, Place, entry};
use super::record::{Replaced, Was};

/// What makes a folder a virtual environment.
const CONFIGURATION: &str = "pyvenv.cfg";

/// How interpreters are called; a version follows.
const NAMES: &[&str] = &["python", "pypy"];

/// The virtual environments that a path is, is in the `bin` of, or has.
pub(super) fn trees(path: &Path) -> Vec<PathBuf> {
    let is_venv = |it: &PathBuf| it.join(CONFIGURATION).is_file();
    let mut above = path.ancestors().take(3).map(Path::to_owned);
    if let Some(tree) = above.find(is_venv) {
        return vec![tree];
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut below: Vec<_> = entries.map(|it| it.path()).filter(is_venv).collect();
    below.sort();
    below
}

/// The interpreter of a virtual environment.
pub(super) fn place(tree: &Path) -> Result<Place> {
    let operation = || format!("cannot find the interpreter of {}", tree.display());
    let bin = tree.join("bin");
    let mut names = Vec::new();
    for item in fs::read_dir(&bin).with_context(operation)?.flatten() {
        let name = item.file_name();
        let is_one = |it: &str| {
            let rest = name.to_str().and_then(|name| name.strip_prefix(it));
            // Builds without the interpreter's lock, and for debugging: `python3.14t`, `python3.14d`.
            let rest = rest.map(|rest| rest.trim_end_matches(['t', 'd']));
            rest.is_some_and(|rest| rest.bytes().all(|it| it.is_ascii_digit() || it == b'.'))
        };
        if NAMES.iter().any(|it| is_one(it)) {
            names.push(name);
        }
    }
    names.sort();
    let all = names
        .iter()
        .map(|it| entry(tree, Path::new("bin").join(it)));
    let entries: Vec<_> = all.filter(|it| leads_out(tree, it)).collect();
    let first = entries
        .first()
        .with_context(|| format!("{}: nothing in {} leads to one", operation(), bin.display()))?;
    let original = tree.join(&first.path).canonicalize();
    let original = original.with_context(|| {
        format!(
            "{}: {} leads to nothing; make the virtual environment again",
            operation(),
            tree.join(&first.path).display()
        )
    })?;
    // Others may lead elsewhere, as to another version.
    let is_same = |it: &Replaced| match it.was {
        Was::Link(_) => tree.join(&it.path).canonicalize().ok().as_ref() == Some(&original),
        _ => fs::read(tree.join(&it.path)).ok() == fs::read(&original).ok(),
    };
    Ok(Place {
        kind: Kind::Venv,
        tree: tree.to_owned(),
        entries: entries.into_iter().filter(is_same).collect(),
        original,
    })
}

/// Where a virtual environment says that its interpreter and standard library are: `home` in its configuration.
pub(super) fn home(tree: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(tree.join(CONFIGURATION)).ok()?;
    let mut lines = text.lines().filter_map(|it| it.split_once('='));
    let (_, home) = lines.find(|it| it.0.trim() == "home")?;
    Some(home.trim().into())
}

/// Whether it is a file, or a link out of the folder: others lead to these.
fn leads_out(tree: &Path, entry: &Replaced) -> bool {
    match &entry.was {
        Was::Link(target) => {
            let folder = tree.join("bin").join(target);
            let folder = folder.parent().and_then(|it| it.canonicalize().ok());
            folder.is_none_or(|it| !it.starts_with(tree))
        }
        Was::File => true,
        Was::Nothing => false,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A virtual environment with these links in `bin`.
    fn made(links: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        fs::write(folder.path().join(CONFIGURATION), "").unwrap();
        for (name, target) in links {
            symlink(target, folder.path().join("bin").join(name)).unwrap();
        }
        folder
    }

    fn entries(links: &[(&str, &str)]) -> Vec<String> {
        let folder = made(links);
        let tree = folder.path().canonicalize().unwrap();
        let place = place(&tree).unwrap();
        let paths = place.entries.iter().map(|it| it.path.display().to_string());
        paths.collect()
    }

    #[test]
    fn the_links_that_lead_out_are_found_whichever_they_are() {
        let shell = "/bin/sh";
        let of_venv = [
            ("python3", shell),
            ("python", "python3"),
            ("python3.11", "python3"),
        ];
        assert_eq!(entries(&of_venv), ["bin/python3"]);
        let of_uv = [
            ("python", shell),
            ("python3", "python"),
            ("python-config", shell),
        ];
        assert_eq!(entries(&of_uv), ["bin/python"]);
        let twice = [("python", shell), ("python3", shell), ("pip", shell)];
        assert_eq!(entries(&twice), ["bin/python", "bin/python3"]);
    }

    #[test]
    fn a_virtual_environment_is_known_by_itself_its_project_and_its_interpreter() {
        let project = tempfile::tempdir().unwrap();
        let venv = project.path().join(".venv");
        fs::create_dir_all(venv.join("bin")).unwrap();
        assert!(trees(&venv).is_empty());
        fs::write(venv.join(CONFIGURATION), "").unwrap();
        for path in [
            venv.clone(),
            project.path().to_owned(),
            venv.join("bin/python"),
        ] {
            assert_eq!(trees(&path), [venv.as_path()], "{}", path.display());
        }
        assert!(trees(&project.path().join("src")).is_empty());
    }

    #[test]
    fn a_link_to_nothing_is_named() {
        let folder = made(&[("python3", "/nix/store/gone/bin/python3")]);
        let error = place(folder.path()).unwrap_err().to_string();
        assert!(error.contains("python3 leads to nothing"), "{error}");
    }
}
