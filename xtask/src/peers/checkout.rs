//! A copy of a checkout to build in: the checkout itself stays as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use xtask_start::process;

use crate::workspace;

/// Copies the checkout of a project, which has this file, to `target/peers/PROJECT`.
///
/// # Errors
/// There is no such folder, it has no such file, or the copy cannot be made.
pub fn copy(checkout: &Path, project: &str, file: &str) -> Result<PathBuf> {
    let checkout = fs::canonicalize(checkout)
        .with_context(|| format!("cannot find {}", checkout.display()))?;
    ensure!(
        checkout.join(file).exists(),
        "{} is no checkout of {project}: there is no {file}",
        checkout.display()
    );
    let folder = workspace::target("peers").join(project);
    let context = || format!("cannot copy {} to {}", checkout.display(), folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(context)?;
    }
    fs::create_dir_all(&folder).with_context(context)?;
    let mut copy = Command::new("cp");
    process::run(copy.arg("-a").arg(checkout.join(".")).arg(&folder)).with_context(context)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_checkout_of_the_project_is_refused() {
        let error = |path: &Path| {
            let error = copy(path, "nix-ld", "tests/tests.rs").expect_err("it is none");
            format!("{error:#}")
        };
        assert!(error(Path::new("/nonexistent")).starts_with("cannot find /nonexistent: No such"));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let error = error(folder.path());
        let expected = "is no checkout of nix-ld: there is no tests/tests.rs";
        assert!(error.ends_with(expected), "{error}");
    }
}
