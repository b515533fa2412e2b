//! Where pins are.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use loader_stub::identity::Identity;

/// Where root's pins for privileged programs are.
const SYSTEM: &str = "/etc/ldshim";

/// What separates the directories of a list (ld.so(8), `LD_LIBRARY_PATH`). The stub takes no pin whose path has one.
const SEPARATORS: &[u8] = b":;";

/// A directory S with pins, their roots and marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    directory: PathBuf,
}

impl State {
    /// The user's: `$XDG_STATE_HOME/ldshim`, else `$HOME/.local/state/ldshim`. Whether it exists is not asked.
    ///
    /// # Errors
    /// Neither variable has an absolute path, or the stub cannot take pins from there.
    pub fn of_user() -> Result<Self> {
        Self::of(env::var_os("XDG_STATE_HOME"), env::var_os("HOME"))
    }

    fn of(state_home: Option<OsString>, home: Option<OsString>) -> Result<Self> {
        let absolute =
            |value: Option<OsString>| value.map(PathBuf::from).filter(|it| it.is_absolute());
        let below = |value, folder: &str| absolute(value).map(|it| it.join(folder));
        match below(state_home, "ldshim").or_else(|| below(home, ".local/state/ldshim")) {
            Some(directory) => {
                let bytes = directory.as_os_str().as_encoded_bytes();
                ensure!(
                    !bytes.iter().any(|byte| SEPARATORS.contains(byte)),
                    "cannot keep pins in {}: a list of directories cannot have a path with a colon or a semicolon; \
                     set XDG_STATE_HOME to a path without them",
                    directory.display()
                );
                Ok(Self { directory })
            }
            None => bail!(
                "cannot tell where pins are kept: neither XDG_STATE_HOME nor HOME has an absolute path; set HOME"
            ),
        }
    }

    /// The system's, `/etc/ldshim`. The stub takes these for programs that have more rights than their callers, and
    /// for processes with neither HOME nor XDG_STATE_HOME.
    #[must_use]
    pub fn of_system() -> Self {
        Self::at(SYSTEM)
    }

    /// The one in this directory.
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        let directory = directory.into();
        Self { directory }
    }

    /// Whether it is the system's.
    #[must_use]
    pub fn is_of_system(&self) -> bool {
        self.directory == Path::new(SYSTEM)
    }

    /// S itself.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where the pins and marks are, by identity.
    #[must_use]
    pub fn pins(&self) -> PathBuf {
        self.directory.join("pins")
    }

    /// Where the links are that keep store paths: roots of Nix's garbage collector.
    #[must_use]
    pub fn roots(&self) -> PathBuf {
        self.directory.join("roots")
    }

    /// The place of the pin, or mark, of a program.
    #[must_use]
    pub fn pin(&self, identity: Identity) -> PathBuf {
        self.pins().join(identity.to_string())
    }

    /// The file that writers lock.
    pub(super) fn lock_file(&self) -> PathBuf {
        self.directory.join("lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(state_home: Option<&str>, home: Option<&str>) -> Option<PathBuf> {
        let state = State::of(state_home.map(Into::into), home.map(Into::into));
        state.ok().map(|state| state.directory)
    }

    #[test]
    fn xdg_state_home_goes_before_home() {
        let both = place(Some("/s"), Some("/h"));
        assert_eq!(both, Some("/s/ldshim".into()));
        assert_eq!(
            place(None, Some("/h")),
            Some("/h/.local/state/ldshim".into())
        );
    }

    #[test]
    fn relative_paths_do_not_count() {
        assert_eq!(
            place(Some("s"), Some("/h")),
            Some("/h/.local/state/ldshim".into())
        );
        assert_eq!(place(Some(""), Some("h")), None);
        assert_eq!(place(None, None), None);
    }

    #[test]
    fn a_path_that_no_list_can_have_is_refused() {
        for path in ["/a:b", "/a;b"] {
            assert_eq!(place(Some(path), Some("/h")), None);
            assert_eq!(place(None, Some(path)), None);
            let error = State::of(Some(path.into()), None).unwrap_err().to_string();
            assert!(
                error.contains(path) && error.contains("XDG_STATE_HOME"),
                "{error}"
            );
            // What is not used does not matter.
            assert!(place(Some("/s"), Some(path)).is_some());
        }
    }
}
