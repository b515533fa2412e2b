//! Where things are in this workspace.

use std::env;
use std::path::PathBuf;

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
