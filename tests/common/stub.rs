//! The stub that tests try.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// `target/<profile>/nix-ld`, built if it is not up to date, with the profile of the tests.
#[allow(
    dead_code,
    reason = "some tests ask for a profile of the stub themselves"
)]
pub fn stub() -> &'static Path {
    static STUB: OnceLock<PathBuf> = OnceLock::new();
    STUB.get_or_init(|| {
        build_stub(
            if cfg!(debug_assertions) {
                "dev"
            } else {
                "release"
            },
            target(),
            "",
        )
    })
}

/// Builds the stub with a profile into a target directory, and returns its path. `rust_flags` are
/// added to those of the environment.
pub fn build_stub(profile: &str, target: &Path, rust_flags: &str) -> PathBuf {
    let mut build = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args([
        "build",
        "--quiet",
        "--package=loader-stub",
        "--profile",
        profile,
    ]);
    build.arg("--target-dir").arg(target);
    if !rust_flags.is_empty() {
        let own = env::var("RUSTFLAGS").unwrap_or_default();
        build.env("RUSTFLAGS", format!("{own} {rust_flags}"));
    }
    let status = build.current_dir(env!("CARGO_MANIFEST_DIR")).status();
    assert!(
        status.expect("cargo can be run").success(),
        "cannot build the stub"
    );
    let folder = if profile == "dev" { "debug" } else { profile };
    target.join(folder).join("nix-ld")
}

/// The target directory.
pub fn target() -> &'static Path {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().expect("target/tmp has a parent")
}
