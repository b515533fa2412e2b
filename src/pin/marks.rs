//! Marks: what a start on demand has found out about a program that has no pin.
//!
//! A mark is a symbolic link in the place of the pin. Its text is the finding, and leads nowhere. The stub reads it
//! with the call by which it would open a pin.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result};
use loader_stub::identity::Identity;

use super::place;
use super::state::State;

/// Why a program has no pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It finds all its libraries without one.
    NothingMissing,
    /// Its user was asked and wants none.
    Declined,
    /// None could be made.
    Failed,
}

impl Mark {
    /// All.
    pub const ALL: [Mark; 3] = [Mark::NothingMissing, Mark::Declined, Mark::Failed];

    /// The text of the link.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::NothingMissing => "nothing-missing",
            Self::Declined => "declined",
            Self::Failed => "failed",
        }
    }

    /// The mark whose link has this text.
    pub(super) fn parse(text: &OsStr) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| text == mark.text())
    }
}

/// Writes a mark, in place of another one. A pin that is there stays.
///
/// # Errors
/// The file system refuses, or the state is somebody else's.
pub fn mark(state: &State, identity: Identity, mark: Mark) -> Result<()> {
    place::prepare(state)?;
    let path = state.pin(identity);
    let write = || match symlink(mark.text(), &path) {
        // Something is there: another mark, or a pin.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        result => result.with_context(|| place::cannot_write(&path)),
    };
    write()?;
    if path
        .read_link()
        .is_ok_and(|text| text != Path::new(mark.text()))
    {
        // Whoever is killed in between leaves no mark, and the program is looked at again.
        remove(&path)?;
        write()?;
    }
    Ok(())
}

/// Removes a mark. A pin stays.
pub(super) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => {
            Ok(())
        }
        result => result.with_context(|| format!("cannot remove {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity::parse(b"0123456789abcdef").unwrap()
    }

    #[test]
    fn a_mark_replaces_another() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::at(folder.path().join("state/ldshim"));
        for one in Mark::ALL.into_iter().chain(Mark::ALL) {
            mark(&state, identity(), one).unwrap();
            let text = state.pin(identity()).read_link().unwrap();
            assert_eq!(Mark::parse(text.as_os_str()), Some(one));
        }
    }

    #[test]
    fn a_mark_does_not_replace_a_pin() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::at(folder.path().join("state/ldshim"));
        // Whatever the umask is, nobody else may write to what this makes.
        place::prepare(&state).unwrap();
        let pin = state.pin(identity());
        fs::create_dir(&pin).unwrap();
        mark(&state, identity(), Mark::Failed).unwrap();
        remove(&pin).unwrap();
        assert!(pin.is_dir() && !pin.is_symlink());
    }
}
