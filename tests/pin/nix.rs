//! Calls of Nix.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::may_write_store;

/// The directory of a binary cache, from which Nix gets what it does not have. It stays for the next run; nobody else's
/// has the same name, and what is in it has names that are used once.
pub fn cache() -> PathBuf {
    let user = ::nix::unistd::geteuid();
    Path::new("/tmp").join(format!("ldshim-pin-cache-{user}"))
}

/// The settings of Nix, for this process and all that it starts.
pub fn settings() -> String {
    let mut settings = format!(
        "substituters = file://{}\nrequire-sigs = false\nsandbox = false\n",
        cache().display()
    );
    if !Path::new("/nix/var/nix/daemon-socket/socket").exists() {
        assert!(
            may_write_store(),
            "these tests need root, Nix with its daemon, or a Nix store of one's own"
        );
        settings += "build-users-group =\n";
    }
    settings
}

/// Runs a command that should succeed, and gives what it prints.
pub fn run(name: &str, arguments: &[&str]) -> String {
    let (is_success, printed, told) = output(name, arguments);
    assert!(is_success, "{name} {arguments:?}: {printed}{told}");
    printed.trim_end().to_owned()
}

/// Whether a command succeeds, and what it prints to stdout and stderr.
pub fn output(name: &str, arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(name).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{name}: {error}"));
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.success(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// Adds a directory to the store.
pub fn add(directory: &Path) -> PathBuf {
    run("nix-store", &["--add", text(directory)]).into()
}

/// Has Nix delete a store path, as its garbage collector would if it came to it. Whether it does.
pub fn delete(path: &Path) -> Result<(), String> {
    let (is_success, _, told) = output("nix-store", &["--delete", text(path)]);
    match is_success {
        true => Ok(()),
        false => Err(told),
    }
}

/// Puts a store path into the binary cache.
pub fn copy_to_cache(path: &Path) {
    let store = format!("file://{}", cache().display());
    run(
        "nix",
        &[
            "--extra-experimental-features",
            "nix-command",
            "copy",
            "--to",
            &store,
            text(path),
        ],
    );
}

/// A path of these tests as text.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("paths of the tests are UTF-8")
}
