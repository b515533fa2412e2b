//! Whether a pin is whole.

use std::fs;
use std::path::{Path, PathBuf};

use ldshim::library_env::inspect;
use ldshim::pin::{Condition, Content, Entry, Pin, State};
use loader_stub::identity::Identity;

use crate::nix;

/// The pin of a program: everything about it is checked, the root that keeps it as well.
pub fn whole_pin(state: &State, identity: Identity) -> Option<Pin> {
    let entry: Entry = ldshim::pin::find(state, identity)?;
    assert_eq!(entry.condition(), Condition::Holds, "{entry:?}");
    let Content::Pin(pin) = entry.content else {
        panic!("{entry:?}")
    };
    let inspection = inspect(&entry.path).expect("a library environment");
    assert_eq!(inspection.problem_count(), 0, "{inspection:?}");
    assert_eq!(inspection.libraries.len(), pin.libraries);
    assert!(pin.verified.is_some());

    let manifest = entry.path.join("manifest").read_link().expect("a link");
    let references = nix::run(
        "nix-store",
        &["--query", "--references", nix::text(&manifest)],
    );
    let references: Vec<_> = references.lines().map(PathBuf::from).collect();
    assert_eq!(references, pin.store_paths);
    let root = entry.path.join("root").canonicalize().expect("a root");
    assert_eq!(root, manifest);
    assert!(is_kept(state, &manifest), "{}", manifest.display());
    Some(*pin)
}

/// Whether a root of this state keeps a store path, as Nix sees it.
pub fn is_kept(state: &State, path: &Path) -> bool {
    let roots = nix::run("nix-store", &["--query", "--roots", nix::text(path)]);
    roots.contains(nix::text(&state.roots()))
}

/// Asserts that there is nothing in a state but this many pins or marks, and a root of each pin.
pub fn nothing_else(state: &State, pins: usize) {
    let names = |directory: PathBuf| {
        let entries = fs::read_dir(directory).expect("a directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        names
            .map(|it| it.to_string_lossy().into_owned())
            .collect::<Vec<_>>()
    };
    let found = names(state.pins());
    assert_eq!(found.len(), pins, "{found:?}");
    assert!(!found.iter().any(|name| name.starts_with('.')), "{found:?}");
    let roots = names(state.roots());
    let real = found
        .iter()
        .filter(|name| !state.pins().join(name).is_symlink());
    assert_eq!(roots.len(), real.count(), "{roots:?} {found:?}");
}
