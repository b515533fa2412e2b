//! The demo as on a new machine: in a root without `/nix`, in a copy of the work tree without `target/`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use ldshim::sandbox::Root;
use xtask_start::{Network, process};

use crate::{cargo, workspace};

/// Where the copy is in the root.
const CLONE: &str = "/fresh/ldshim";

/// Runs `cargo xtask demo` there. What it installs as root is the machine's afterwards; the rest is removed.
///
/// # Errors
/// The work tree cannot be copied, the root cannot be made, or the demo fails there.
pub fn demo(network: Network) -> Result<()> {
    let parent = workspace::target("");
    fs::create_dir_all(&parent).with_context(|| format!("cannot make {}", parent.display()))?;
    let folder = tempfile::Builder::new()
        .prefix("fresh-")
        .tempdir_in(&parent)
        .with_context(|| format!("cannot write {}", parent.display()))?;
    copy_work_tree(folder.path())?;
    let root = Root::like_host()?
        .without("/nix")
        .bind(folder.path(), CLONE);

    let mut demo = Command::new(cargo::program());
    demo.args(["xtask", "demo"]).stdin(Stdio::null());
    demo.env_remove("CARGO_TARGET_DIR");
    if network == Network::Forbidden {
        demo.arg("--offline");
    }
    cargo::enter(&root, &mut demo, CLONE);
    cargo::run(demo)
}

/// Copies what the repository has or would take: its files as they are now, and new ones that are not ignored.
fn copy_work_tree(folder: &Path) -> Result<()> {
    let copy = "git -c safe.directory='*' ls-files --cached --others --exclude-standard -z |
        tar --create --null --files-from=- --ignore-failed-read | tar --extract --directory \"$1\"";
    let mut command = Command::new("sh");
    command.args(["-c", copy, "sh"]).arg(folder);
    process::run(command.current_dir(workspace::root())).context("cannot copy the work tree")?;
    ensure!(
        folder.join("Cargo.toml").is_file(),
        "cannot copy the work tree: git lists no files in {}",
        workspace::root().display()
    );
    Ok(())
}
