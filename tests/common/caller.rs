//! Who started the tests, as far as they depend on it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::sys::stat::{Mode, umask};
use nix::unistd::geteuid;

/// Lets this process and what it starts make files that everybody may read, whatever its caller's umask was.
pub fn usual_umask() {
    umask(Mode::from_bits_truncate(0o022));
}

/// Whether this user may put something into the machine's Nix store: by its daemon, as root, or as its owner.
pub fn may_write_store() -> bool {
    let user = geteuid();
    let owns_it = || {
        let store = fs::metadata("/nix/store");
        store.is_ok_and(|store| store.uid() == user.as_raw())
    };
    Path::new("/nix/var/nix/daemon-socket/socket").exists() || user.is_root() || owns_it()
}
