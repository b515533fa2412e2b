//! A checkout of nixpkgs, for the tests of the NixOS module.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// What the tests need besides the modules.
const FILES: [&str; 4] = [
    "lib/default.nix",
    "nixos/lib/eval-config.nix",
    "nixos/lib/testing/default.nix",
    "pkgs/build-support/rust/build-rust-package/default.nix",
];

/// The absolute path of a checkout that has all that the tests need. It may have nothing else.
///
/// # Errors
/// There is no such folder, or it lacks a file.
pub fn checkout(path: &Path) -> Result<PathBuf> {
    let folder =
        fs::canonicalize(path).with_context(|| format!("cannot find {}", path.display()))?;
    let modules = modules()?;
    let files = FILES.map(str::to_owned).into_iter();
    let mut needed = files.chain(
        modules
            .iter()
            .map(|module| format!("nixos/modules/{module}")),
    );
    if let Some(missing) = needed.find(|file| !folder.join(file).is_file()) {
        bail!(
            "{} has no {missing}: it is no checkout of nixpkgs, or one of a time when that file had another name",
            folder.display()
        );
    }
    Ok(folder)
}

/// The modules of nixpkgs that ours is tried with.
fn modules() -> Result<Vec<String>> {
    let file = workspace::root().join("tests/nixos/modules.json");
    let text = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_slice(&text)
        .with_context(|| format!("{} is no list of modules", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(path: &Path) -> String {
        let error = checkout(path).expect_err("it is no nixpkgs");
        format!("{error:#}")
    }

    #[test]
    fn a_folder_that_does_not_exist_is_named() {
        let error = error(Path::new("/nonexistent/nixpkgs"));
        assert_eq!(
            error,
            "cannot find /nonexistent/nixpkgs: No such file or directory (os error 2)"
        );
    }

    #[test]
    fn a_folder_that_is_no_nixpkgs_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let error = error(folder.path());
        assert!(error.contains("has no lib/default.nix"), "{error}");
        // Nor is a file.
        let file = folder.path().join("file");
        fs::write(&file, "").expect("a file");
        assert!(self::error(&file).contains("has no lib/default.nix"));
    }

    #[test]
    fn a_checkout_has_every_module() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |file: &str| {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, "").expect("a file");
        };
        FILES.iter().for_each(|file| write(file));
        let modules = modules().expect("the list");
        assert!(modules.iter().any(|module| module == "config/ldso.nix"));
        for module in &modules {
            assert!(error(folder.path()).contains("has no nixos/modules/"));
            write(&format!("nixos/modules/{module}"));
        }
        assert_eq!(
            checkout(folder.path()).expect("a checkout"),
            fs::canonicalize(folder.path()).expect("a folder")
        );
    }
}
