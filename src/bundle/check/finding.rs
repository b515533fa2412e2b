//! What a bundled program took from outside, or missed.

use std::fmt;
use std::path::PathBuf;

use crate::watch::Ending;

/// One thing that a bundled program should not have done, or not in vain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The program that did it: a path in the root.
    pub by: PathBuf,
    /// What it did.
    pub cause: Cause,
}

/// What a bundled program should not do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It looked for something in the Nix store.
    Store {
        /// By this path.
        path: PathBuf,
    },
    /// It took a library, or the loader, of the host.
    HostLibrary {
        /// The library.
        path: PathBuf,
    },
    /// It read the host's list of libraries, or that of those to be loaded first.
    HostList {
        /// The list.
        path: PathBuf,
    },
    /// It looked in vain for what the original finds.
    Missing {
        /// What it looked for.
        path: PathBuf,
        /// What the original finds.
        original: PathBuf,
    },
    /// It found no library of this name, which the original finds.
    MissingLibrary {
        /// The name.
        name: PathBuf,
        /// What the original finds.
        original: PathBuf,
    },
    /// It ended otherwise than the original.
    Ending {
        /// How it ended.
        status: u8,
        /// How the original did.
        original: u8,
    },
}

impl Finding {
    /// It ended otherwise than the original.
    pub(super) fn ending(by: PathBuf, ending: Ending, original: Ending) -> Self {
        let cause = Cause::Ending {
            status: ending.status(),
            original: original.status(),
        };
        Self { by, cause }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = self.by.file_name().unwrap_or(self.by.as_os_str()).display();
        match &self.cause {
            Cause::Store { path } => write!(
                f,
                "{by} looks for {}, which is in the Nix store and not in the bundle",
                path.display()
            ),
            Cause::HostLibrary { path } => {
                write!(f, "{by} takes the host's library {}", path.display())
            }
            Cause::HostList { path } => write!(
                f,
                "{by} reads {}, by which it finds the host's libraries",
                path.display()
            ),
            Cause::Missing { path, original } if path == original => write!(
                f,
                "{by} looks in vain for {}, which the original finds",
                path.display()
            ),
            Cause::Missing { path, original } => write!(
                f,
                "{by} looks in vain for {}; the original finds {}",
                path.display(),
                original.display()
            ),
            Cause::MissingLibrary { name, original } => write!(
                f,
                "{by} finds no library {}; the original finds {}",
                name.display(),
                original.display()
            ),
            Cause::Ending { status, original } => write!(
                f,
                "{by} ends with exit status {status}, the original with {original}"
            ),
        }
    }
}
