//! Edits, as they are asked for. Nothing here knows where anything is written.

use std::collections::{BTreeMap, BTreeSet};

/// One change to a file. Texts are without their NUL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// The path of the loader that a program names.
    Interpreter(Vec<u8>),
    /// The name by which other files ask for a library.
    Soname(Vec<u8>),
    /// The search path. It is a `DT_RUNPATH`, and one that was a `DT_RPATH` becomes one, unless `force_rpath` is set, which
    /// does the opposite.
    SearchPath {
        /// What becomes of it.
        change: SearchPathChange,
        /// Whether it is a `DT_RPATH`.
        force_rpath: bool,
    },
    /// Libraries that are needed from now on, before all others. One that is needed already stays where it is.
    AddNeeded(Vec<Vec<u8>>),
    /// Libraries that are no longer needed.
    RemoveNeeded(BTreeSet<Vec<u8>>),
    /// Libraries that others take the place of, in the tables of versions too.
    ReplaceNeeded(BTreeMap<Vec<u8>, Vec<u8>>),
    /// The order of the needed libraries: these come first, in this order. Others follow as they did.
    OrderNeeded(Vec<Vec<u8>>),
    /// Symbols for which any version does.
    ClearVersion(BTreeSet<Vec<u8>>),
    /// The loader does not look into its default directories for this file (`DF_1_NODEFLIB`).
    NoDefaultLibraries,
    /// Whether the stack is executable.
    ExecutableStack(bool),
    /// Dynamic symbols and their new names.
    RenameSymbols(BTreeMap<Vec<u8>, Vec<u8>>),
    /// `e_ident[EI_OSABI]`
    OsAbi(u8),
    /// An entry in which the loader tells debuggers where its list of libraries is (`DT_DEBUG`).
    DebugTag,
    /// The note of nixpkgs' glibc that says where libraries are: its description.
    ResolutionCache(Vec<u8>),
    /// A number that tells this copy of a program from others by the program's identity: the first 8 bytes of its build-id,
    /// or where it has none, a checksum (`DT_CHECKSUM`), which no loader looks at.
    Mark(u64),
}

/// What becomes of a search path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchPathChange {
    /// It is this one.
    Set(Vec<u8>),
    /// It goes on with these directories, as far as it does not have them yet.
    Add(Vec<u8>),
    /// There is none.
    Remove,
}
