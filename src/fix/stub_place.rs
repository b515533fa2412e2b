//! Which stub a copy names.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::elf::Architecture;
use crate::pin::{self, State};
use crate::stub_file::{self, StubFile};

/// The folder of a state that has stubs.
const FOLDER: &str = "stubs";

/// A stub that copies can name.
#[derive(Debug)]
pub struct StubPlace {
    /// Its path.
    pub path: PathBuf,
    /// The stub of which a copy has to be there, and is not yet.
    pub source: Option<PathBuf>,
}

impl StubPlace {
    /// The system's, if there is one, else a copy of ldshim's own in the user's state.
    ///
    /// # Errors
    /// There is no stub.
    pub fn find(architecture: &Architecture, state: &State) -> Result<Self> {
        let system = Path::new(architecture.loader_path);
        if StubFile::read(system).is_ok() {
            return Ok(Self {
                path: system.to_owned(),
                source: None,
            });
        }
        let stub = stub_file::installed(architecture).with_context(|| {
            format!(
                "there is no stub at {}, and none for {architecture} is installed with ldshim; enable programs.nix-ld, or \
                 name one in {}",
                system.display(),
                stub_file::VARIABLE
            )
        })?;
        let path = state.directory().join(FOLDER).join(architecture.nix_system);
        let is_there = fs::read(&path).ok() == fs::read(&stub).ok();
        Ok(Self {
            path,
            source: (!is_there).then_some(stub),
        })
    }

    /// Puts the stub there, if it is not there yet.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn fill(&self, state: &State) -> Result<()> {
        let Some(source) = &self.source else {
            return Ok(());
        };
        pin::prepare(state)?;
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        let operation = || format!("cannot make {}", folder.display());
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o755);
        builder.create(folder).with_context(operation)?;
        StubFile::read(source)?.write(&self.path)
    }

    /// A stub that is there by now.
    #[must_use]
    pub fn there(&self) -> &Path {
        self.source.as_ref().unwrap_or(&self.path)
    }
}
