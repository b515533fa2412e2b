//! The stub that is asked, and which loaders it could use.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use loader_stub::layout::{Layout, LayoutError};

use super::Settings;
use crate::elf::{Architecture, identify};
use crate::resolver::map_file;
use crate::stub_file::StubFile;

/// The size that the stub takes pages to have if the kernel does not say; any will do to look
/// whether a loader can be mapped.
const PAGE_SIZE: usize = 4096;

/// The stub that is named, else what is where programs look for their loader, else one of the other
/// places.
pub(super) fn find(
    architecture: &Architecture,
    settings: &Settings,
) -> Result<Option<(PathBuf, StubFile)>> {
    let is_for = |path: &Path| identify(path).is_ok_and(|it| architecture.matches(&it));
    if let Some(path) = &settings.stub {
        let stub =
            StubFile::read(path).with_context(|| format!("cannot ask {}", path.display()))?;
        if !is_for(path) {
            bail!(
                "cannot ask {}: it is no stub for {architecture} programs",
                path.display()
            );
        }
        return Ok(Some((path.clone(), stub)));
    }
    let places = settings.stub_places.iter().map(PathBuf::as_path);
    let mut places = [Path::new(architecture.loader_path)]
        .into_iter()
        .chain(places);
    Ok(places.find_map(|path| {
        let stub = StubFile::read(path).ok().filter(|_| is_for(path))?;
        Some((path.to_owned(), stub))
    }))
}

/// Whether the stub could use a loader; if not, its own words for the reason.
pub(crate) fn check_loader(path: &Path, architecture: &Architecture) -> Result<(), String> {
    let bytes = map_file(path).map_err(|error| match error.raw_os_error() {
        Some(number) => nix::errno::Errno::from_raw(number).desc().to_owned(),
        None => error.to_string(),
    })?;
    let text = |error: LayoutError| String::from_utf8_lossy(error.as_bytes()).into_owned();
    let head = &bytes[..bytes.len().min(loader_stub::layout::HEAD_SIZE)];
    let is_foreign = match identify(path) {
        Ok(identity) if !architecture.matches(&identity) => {
            return Err(text(LayoutError::Architecture));
        }
        identity => identity.is_ok_and(|it| it.machine != loader_stub::elf::MACHINE),
    };
    match Layout::parse(head, PAGE_SIZE) {
        // The stub's code in this program is for one architecture.
        Err(LayoutError::Architecture) if is_foreign => Ok(()),
        Err(error) => Err(text(error)),
        Ok(layout) if layout.file_size > bytes.len() => Err(text(LayoutError::Segments)),
        Ok(_) => Ok(()),
    }
}
