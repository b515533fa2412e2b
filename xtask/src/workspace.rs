//! Where things are in this workspace.

use std::env;
use std::path::PathBuf;

/// What is in the target directory and was not compiled there: runs with a target directory of their own share it.
pub const FETCHED: [&str; 9] = [
    "debs",
    "glibcs",
    "kernel",
    "programs",
    "roots",
    "store",
    "store-glibc",
    "store-programs",
    "tools",
];

/// The workspace's root directory.
pub fn root() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}

/// `NAME` in Cargo's target directory: what the tasks fetch and build.
pub fn target(name: &str) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    root().join(target).join(name)
}

/// One of [`FETCHED`].
pub fn fetched(name: &str) -> PathBuf {
    debug_assert!(
        FETCHED.contains(&name),
        "{name} is not in workspace::FETCHED"
    );
    target(name)
}
