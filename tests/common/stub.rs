//! The stub that tests try.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::platform::{Platform, platform};

/// The rustc that can build `core`, which other architectures need: one that has its library's source, of the
/// same version, as Debian's has. Rust's own installers offer finished libraries instead.
const RUSTC_WITH_SOURCE: &str = "/usr/bin/rustc";

/// `target/<profile>/nix-ld`, built if it is not up to date, with the profile of the tests, for the platform
/// of the tests.
#[allow(
    dead_code,
    reason = "some tests ask for a profile of the stub themselves"
)]
pub fn stub() -> &'static Path {
    static STUB: OnceLock<PathBuf> = OnceLock::new();
    STUB.get_or_init(|| {
        let profile = if cfg!(debug_assertions) {
            "dev"
        } else {
            "release"
        };
        build_stub(platform(), profile, &platform().stub_target(), "")
    })
}

/// Builds the stub with a profile into a target directory, and returns its path. `rust_flags` are
/// added to those of the environment.
pub fn build_stub(platform: &Platform, profile: &str, target: &Path, rust_flags: &str) -> PathBuf {
    let mut build = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--package=loader-stub", "--bins"]);
    build
        .args(["--profile", profile, "--target-dir"])
        .arg(target);
    if !rust_flags.is_empty() {
        let own = env::var("RUSTFLAGS").unwrap_or_default();
        build.env("RUSTFLAGS", format!("{own} {rust_flags}"));
    }
    let mut folder = target.to_owned();
    if !platform.is_host() {
        build_for(&mut build, platform);
        folder.push(platform.rust_target);
    }
    let status = build.current_dir(env!("CARGO_MANIFEST_DIR")).status();
    assert!(
        status.expect("cargo can be run").success(),
        "cannot build the stub for {}",
        platform.name
    );
    folder.push(if profile == "dev" { "debug" } else { profile });
    let stub = folder.join("nix-ld");
    // Whatever the umask is: other users start programs with it.
    fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).expect("it is ours");
    stub
}

/// A program of the workspace that is only of use as a release build, built if it is not up to date.
#[allow(dead_code, reason = "only tests of bundles ask for some")]
pub fn release_program(package: &str, name: &str) -> PathBuf {
    let mut build = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args([
        "build",
        "--quiet",
        "--release",
        "--package",
        package,
        "--target-dir",
    ]);
    let status = build
        .arg(target())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(
        status.expect("cargo can be run").success(),
        "cannot build {name}"
    );
    target().join("release").join(name)
}

/// Makes a build one for another architecture.
fn build_for(build: &mut Command, platform: &Platform) {
    let variable = platform.rust_target.to_uppercase().replace('-', "_");
    build
        .args(["--target", platform.rust_target])
        .arg("-Zbuild-std=core,compiler_builtins")
        .env("RUSTC", RUSTC_WITH_SOURCE)
        // To build `core` is no stable feature of Cargo. The stub itself uses none.
        .env("RUSTC_BOOTSTRAP", "1")
        .env(
            format!("CARGO_TARGET_{variable}_LINKER"),
            platform.tool("gcc"),
        );
}

/// The target directory.
pub fn target() -> &'static Path {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().expect("target/tmp has a parent")
}
