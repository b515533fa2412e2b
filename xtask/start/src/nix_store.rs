//! Whether the caller may put something into the machine's Nix store.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::caller;

/// Whether Nix builds for ordinary users here.
pub fn has_daemon() -> bool {
    Path::new("/nix/var/nix/daemon-socket/socket").exists()
}

/// Whether the caller may write to it: through Nix's daemon, as root, or as the owner of `/nix`.
pub fn is_writable() -> bool {
    has_daemon() || caller::is_root() || is_own(Path::new("/nix"))
}

/// Whether `folder` and, where they are there, the store and its database are the caller's own.
fn is_own(folder: &Path) -> bool {
    let own = |path: &Path| match fs::metadata(path) {
        Ok(metadata) => {
            let (user, _) = caller::user_and_group().unwrap_or((u32::MAX, u32::MAX));
            metadata.uid() == user && metadata.permissions().mode() & 0o200 != 0
        }
        Err(_) => false,
    };
    let parts = ["store", "var", "var/nix/db"].map(|name| folder.join(name));
    own(folder) && parts.iter().all(|part| !part.exists() || own(part))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::{env, process};

    use super::*;

    #[test]
    fn a_folder_of_ones_own_is_and_one_that_is_missing_or_cannot_be_written_is_not() {
        let folder: PathBuf = env::temp_dir().join(format!("xtask-start-{}", process::id()));
        fs::create_dir(&folder).expect("a folder");
        assert!(is_own(&folder));
        assert!(!is_own(&folder.join("missing")));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("its permissions");
        assert!(!is_own(&folder));
        fs::remove_dir(&folder).expect("it is removed");
    }
}
