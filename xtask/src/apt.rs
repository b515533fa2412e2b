//! Debian's packages as files, through `apt-get`: those of the machine's suite, or of another ([`crate::suite`]).

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use xtask_start::retry::retry;
use xtask_start::{apt, process};

/// apt with a configuration.
pub struct Apt {
    /// What is to be said of whose packages they are.
    name: String,
    options: Vec<String>,
}

impl Apt {
    /// apt as the machine is set up.
    pub fn of_machine() -> Self {
        Self::new("this machine's Debian", Vec::new())
    }

    /// apt with these options besides.
    pub fn new(name: &str, options: Vec<String>) -> Self {
        let name = name.to_owned();
        Self { name, options }
    }

    /// Updates the package lists.
    ///
    /// # Errors
    /// What `apt-get update` reports each time that it is tried.
    pub fn update(&self) -> Result<()> {
        let what = format!("the package lists of {}", self.name);
        retry(&what, || process::run(self.call().arg("update")).map(drop))
    }

    /// Sees to it that `folder` has the `.deb` files of these packages. Those that it has are not fetched again, and
    /// those that arrive are kept even if others do not. apt verifies their signatures.
    ///
    /// # Errors
    /// What `apt-get download` reports for a package each time that it is tried, or `folder` cannot be written.
    pub fn download(&self, packages: &[&str], folder: &Path) -> Result<()> {
        let missing = missing(packages, folder)?;
        if missing.is_empty() || self.download_once(&missing, folder).is_ok() {
            return Ok(());
        }
        // Perhaps the lists are old, or there are none. If there are no new ones either, what fails next says why.
        let updated = self.update();
        let fetched = self.download_one_by_one(&missing, folder);
        match (fetched, updated) {
            (Err(error), Err(before)) => Err(error.context(before)),
            (fetched, _) => fetched,
        }
    }

    /// Sees to it that `folder` has the `.deb` files of these packages and of all that they depend on, as far as this apt takes
    /// them for not installed. What is there is not fetched again.
    ///
    /// # Errors
    /// What `apt-get install --download-only` reports each time that it is tried, or `folder` cannot be written.
    pub fn download_with_dependencies(&self, packages: &[&str], folder: &Path) -> Result<()> {
        fs::create_dir_all(folder.join("partial"))
            .with_context(|| format!("cannot write {}", folder.display()))?;
        let mut archives = OsString::from("Dir::Cache::Archives=");
        archives.push(folder);
        let attempt = || {
            let mut command = self.without_sandbox_user();
            command.arg("--option").arg(&archives);
            command.args([
                "install",
                "--yes",
                "--download-only",
                "--no-install-recommends",
            ]);
            process::run(command.args(packages)).map(drop)
        };
        attempt().or_else(|_| {
            self.update()?;
            retry(&packages.join(", "), attempt)
        })
    }

    /// Does what can be done, even if something cannot.
    fn download_one_by_one(&self, packages: &[&str], folder: &Path) -> Result<()> {
        if self.download_once(packages, folder).is_ok() {
            return Ok(());
        }
        let each = packages.iter().map(|package| {
            let what = format!("the package {package} of {}", self.name);
            retry(&what, || self.download_once(&[package], folder))
        });
        let results: Vec<_> = each.collect();
        results.into_iter().collect()
    }

    /// A file is in `folder` when all of them have arrived.
    fn download_once(&self, packages: &[&str], folder: &Path) -> Result<()> {
        let arriving = tempfile::Builder::new()
            .prefix(".arriving-")
            .tempdir_in(folder)
            .with_context(|| format!("cannot write {}", folder.display()))?;
        let arriving = arriving.path();
        process::run(
            self.without_sandbox_user()
                .arg("download")
                .args(packages)
                .current_dir(arriving),
        )?;
        for file in debs(arriving)? {
            fs::rename(arriving.join(&file), folder.join(&file))
                .with_context(|| format!("cannot rename {file} to {}", folder.display()))?;
        }
        Ok(())
    }

    /// Downloads the files of this source package, not unpacked, into `folder`.
    ///
    /// # Errors
    /// What `apt-get source` reports each time that it is tried.
    pub fn download_source(&self, package: &str, folder: &Path) -> Result<()> {
        self.update()?;
        retry(&format!("the source of {package}"), || {
            let mut command = self.without_sandbox_user();
            command.args(["source", "--download-only", package]);
            process::run(command.current_dir(folder)).map(drop)
        })
    }

    /// What a package depends on directly.
    ///
    /// # Errors
    /// There is no such package, even in updated package lists.
    pub fn dependencies(&self, package: &str) -> Result<Vec<String>> {
        let attempt = || {
            let mut command = Command::new("apt-cache");
            command.args(&self.options);
            process::run(command.args(["depends", "--important", "--no-recommends", package]))
        };
        let listed = attempt().or_else(|_| {
            self.update()?;
            attempt()
        })?;
        let names = listed
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Depends: "));
        Ok(names.map(str::to_owned).collect())
    }

    fn call(&self) -> Command {
        let mut command = apt::apt_get();
        command.args(&self.options);
        command
    }

    /// Without its sandbox user apt needs no permission in folders but the caller's.
    fn without_sandbox_user(&self) -> Command {
        let mut command = self.call();
        command.args(["--option", "APT::Sandbox::User=root"]);
        command
    }
}

/// Which of these packages have no file in `folder`.
fn missing<'a>(packages: &[&'a str], folder: &Path) -> Result<Vec<&'a str>> {
    let there = debs(folder)?;
    let is_there = |package: &str| there.iter().any(|file| package_of(file) == package);
    let packages = packages.iter().copied();
    Ok(packages.filter(|package| !is_there(package)).collect())
}

/// The package that a file is of: `libc6` of `libc6_2.36-9_amd64.deb`.
pub fn package_of(file: &str) -> &str {
    file.split('_').next().unwrap_or(file)
}

/// The names of the `.deb` files in `folder`.
///
/// # Errors
/// It cannot be listed.
pub fn debs(folder: &Path) -> Result<Vec<String>> {
    let names = fs::read_dir(folder).and_then(|entries| {
        entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    });
    let names: Vec<String> = names.with_context(|| format!("cannot list {}", folder.display()))?;
    Ok(names
        .into_iter()
        .filter(|name| name.ends_with(".deb"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_without_a_file_are_missing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("libc6_2.36_amd64.deb"), "").expect("a file");
        fs::write(folder.path().join("zlib1g"), "").expect("a file");
        let missing = missing(&["libc6", "zlib1g"], folder.path()).expect("a list");
        assert_eq!(missing, ["zlib1g"]);
    }
}
