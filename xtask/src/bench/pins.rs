//! Pins and marks for the programs, as the stub looks for them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ldshim::elf::{Image, program_identity};
use loader_stub::identity::Identity;
use loader_stub::pin::MANIFEST;

/// The identities of the programs.
///
/// # Errors
/// One of them is not there, or no program.
pub fn identities(folder: &Path, node: &Path) -> Result<Vec<Identity>> {
    let programs = [
        folder.join("empty"),
        node.join("bin/node"),
        folder.join("many/program"),
    ];
    let identity = |program: &PathBuf| {
        let bytes =
            fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
        Ok(program_identity(&Image::parse(&bytes)?).short)
    };
    programs.iter().map(identity).collect()
}

/// Where the pin of a program is in a home.
pub fn place(home: &str, identity: Identity) -> PathBuf {
    [home, "ldshim/pins", &identity.to_string()]
        .iter()
        .collect()
}

/// Makes a library environment a pin, as far as the stub looks.
///
/// # Errors
/// What the file system says.
pub fn add_manifest(library_env: &Path) -> Result<()> {
    let manifest = library_env.join(&MANIFEST[1..]);
    if manifest.symlink_metadata().is_ok() {
        return Ok(());
    }
    symlink(".", &manifest).with_context(|| format!("cannot write {}", manifest.display()))
}

/// Writes a home in which there is a mark for each program.
///
/// # Errors
/// What the file system says.
pub fn write_marks(identities: &[Identity], home: &Path) -> Result<()> {
    let context = || format!("cannot write {}", home.display());
    if home.exists() {
        fs::remove_dir_all(home).with_context(context)?;
    }
    for identity in identities {
        let mark = home.join("ldshim/pins").join(identity.to_string());
        fs::create_dir_all(mark.parent().unwrap_or(home)).with_context(context)?;
        symlink("nothing-missing", mark).with_context(context)?;
    }
    Ok(())
}
