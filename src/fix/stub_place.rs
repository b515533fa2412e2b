//! The stub that a copy names: one of its own, in its user's state.
//!
//! It has the copy's pin baked in. So the copy starts the same way where there is no HOME that leads to the pin, and
//! whatever becomes of the system's own stub.

use std::ffi::CString;
use std::fs::{self, DirBuilder};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::elf::Architecture;
use crate::library_env::{LOADER_NAME, baked_cache_note};
use crate::pin::{self, State};
use crate::stub_file::{self, StubFile};

/// The folder of a state that has stubs.
const FOLDER: &str = "stubs";

/// The stub of a copy.
#[derive(Debug)]
pub struct StubPlace {
    /// Where it is, or will be.
    pub path: PathBuf,
    /// The stub that it is made of.
    pub source: PathBuf,
}

impl StubPlace {
    /// The place of the stub for the copy with this mark.
    ///
    /// # Errors
    /// There is no stub that could be put there.
    pub fn new(architecture: &Architecture, state: &State, mark: u64) -> Result<Self> {
        let system = PathBuf::from(architecture.loader_path);
        let source = stub_file::installed(architecture)
            .or_else(|| StubFile::read(&system).is_ok().then_some(system));
        let source = source.with_context(|| {
            format!(
                "no stub for {architecture} is installed with ldshim; name one in {}",
                stub_file::VARIABLE
            )
        })?;
        let path = state.directory().join(FOLDER).join(format!("{mark:016x}"));
        Ok(Self { path, source })
    }

    /// Puts the stub there as it is, unless one is there.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn fill(&self, state: &State) -> Result<()> {
        pin::prepare(state)?;
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        let operation = || format!("cannot make {}", folder.display());
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o755);
        builder.create(folder).with_context(operation)?;
        match StubFile::read(&self.path) {
            Ok(_) => Ok(()),
            Err(_) => StubFile::read(&self.source)?.write(&self.path),
        }
    }

    /// Bakes a pin into it.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn bake(&self, directory: &Path) -> Result<()> {
        let text = |path: &Path| CString::new(path.as_os_str().as_bytes());
        let mut stub = StubFile::read(&self.source)?;
        let note = baked_cache_note(directory)?;
        let loader = text(&directory.join(LOADER_NAME))?;
        stub.bake_libraries(&loader, &text(directory)?, note.as_deref())?;
        stub.write(&self.path)
    }
}

/// Whether a loader's path is that of such a stub.
#[must_use]
pub(super) fn is_one(loader: &Path) -> bool {
    let folder = loader.parent().unwrap_or(loader);
    folder.ends_with(Path::new("ldshim").join(FOLDER))
}

/// Removes the stub of a copy.
pub(super) fn remove(loader: &Path, state: &State) {
    if loader.parent() == Some(&state.directory().join(FOLDER)) {
        // One that is left takes 40 KB and is found by nobody.
        _ = fs::remove_file(loader);
    }
}
