//! Nix's commands, behind one door. Nothing else in ldshim starts them.
//!
//! They are the ones that every Nix since 2.8 has, with the flags that mean the same in all of them:
//! `nix-store`, `nix-instantiate`, `nix-build`, and for attributes of flakes `nix build`.

mod command;
mod download;
mod find;
mod log;
mod new_closure;
mod realise;
mod roots;
mod store_path;

use std::path::PathBuf;
use std::time::Instant;

pub use download::Step;
pub use realise::Wanted;
pub use roots::is_indirect_root;
pub use store_path::{STORE, name_and_version, store_path_of};

/// Nix's commands of this machine.
#[derive(Debug, Clone)]
pub struct Nix {
    /// The directory that has them.
    directory: PathBuf,
    deadline: Option<Instant>,
}

impl Nix {
    /// These commands, each ended with its children if it still runs at `deadline`.
    #[must_use]
    pub fn with_deadline(self, deadline: Instant) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }

    /// When commands are ended, if ever.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }
}
