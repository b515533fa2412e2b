//! Known paths: directories whose libraries a library environment lists without having looked at them.
//!
//! They are in the cache as all others are. So programs start as fast as without them, `dlopen` finds what is there, and
//! what is not there is not found. The link that lists them is for those who look at the environment later.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use loader_stub::c_library::CLibrary;
use loader_stub::plan;

use super::{KNOWN_PATHS_NAME, LibraryEnv};

impl LibraryEnv {
    /// The text of the link that lists the known paths; `None` if there are none.
    #[must_use]
    pub fn known_paths_text(&self) -> Option<PathBuf> {
        let paths: Vec<_> = self.known_paths.iter().map(|it| it.as_os_str()).collect();
        let text: OsString = paths.join(OsStr::new(":"));
        (!text.is_empty()).then(|| text.into())
    }
}

/// The known paths of the library environment `directory`.
#[must_use]
pub fn written_known_paths(directory: &Path) -> Vec<PathBuf> {
    let Ok(text) = directory.join(KNOWN_PATHS_NAME).read_link() else {
        return Vec::new();
    };
    let paths = plan::directories(text.as_os_str().as_bytes(), CLibrary::Glibc);
    paths.map(|it| OsStr::from_bytes(it).into()).collect()
}

/// Whether the file at `path` is in one of these directories, by its path alone.
#[must_use]
pub fn is_in(known_paths: &[PathBuf], path: &Path) -> bool {
    (path.parent()).is_some_and(|parent| known_paths.iter().any(|it| it == parent))
}
