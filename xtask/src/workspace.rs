//! Where things are in this workspace.

use std::path::PathBuf;

/// The workspace's root directory.
pub fn root() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}

/// `target/NAME`: what the tasks fetch and build.
pub fn target(name: &str) -> PathBuf {
    root().join("target").join(name)
}
