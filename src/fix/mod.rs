//! Interpreters that can live with foreign modules.
//!
//! A Python or Node of the Nix store is not foreign: it names a loader of the store, no stub ever sees it, and the
//! libraries that a wheel or an addon expects of the system are nowhere. So a tree that has such modules, a virtual
//! environment or a project with `node_modules`, gets a copy of the interpreter that names a stub. The copy has an
//! identity of its own, and so a pin of its own: with the interpreter's own loader, and the libraries that the tree's
//! modules miss. The children of the copy see nothing of it.

mod change;
mod copy;
mod exchange;
mod find;
mod node;
mod original;
mod place;
mod record;
mod release;
mod stub_place;
mod venv;

pub use change::{Change, change, change_of_copy, tree_of};
pub use copy::{Copy, copy, mark};
pub use exchange::{put, restore};
pub use find::{given, home, places, trees};
pub use original::Original;
pub use place::{Kind, Place};
pub use record::{FILE, Record, Replaced, Was, fingerprint};
pub use release::release;
pub use stub_place::StubPlace;
