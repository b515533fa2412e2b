//! File systems that programs may not be started from.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::statvfs::{FsFlags, statvfs};

use super::finding::{Finding, is_in_store};
use crate::explain::Settings;

/// Looks at the store, and at the folders in which downloaded programs lie.
pub(super) fn check(settings: &Settings) -> Vec<Finding> {
    let mut set = settings.environment.iter();
    let home = set.find(|it| it.0 == "HOME").map(|it| PathBuf::from(&it.1));
    let folders: BTreeSet<PathBuf> = [
        Some("/nix/store".into()),
        Some("/tmp".into()),
        home,
        env::current_dir().ok(),
    ]
    .into_iter()
    .flatten()
    .filter(|it: &PathBuf| it.is_absolute())
    .collect();
    folders
        .iter()
        .filter(|folder| is_noexec(folder))
        .map(|folder| {
            let seen = format!("no program may be started from {}: it is mounted with noexec", folder.display());
            if is_in_store(folder) {
                let advice = "All loaders are in it. To have it without noexec: mount -o remount,exec /nix/store";
                Finding::problem("store-noexec", seen, advice)
            } else {
                let advice = "Programs there fail with \"Permission denied\". Put them elsewhere, or mount it without noexec.";
                Finding::info("noexec", seen, advice)
            }
        })
        .collect()
}

fn is_noexec(folder: &Path) -> bool {
    statvfs(folder).is_ok_and(|it| it.flags().contains(FsFlags::ST_NOEXEC))
}

/// Where a file system of this type is mounted: the first such line of proc_pid_mountinfo(5).
pub(super) fn of_type(name: &str) -> Option<PathBuf> {
    // Names in it are anything.
    let mounts = fs::read("/proc/self/mountinfo").ok()?;
    String::from_utf8_lossy(&mounts)
        .lines()
        .find_map(|line| mount_of_type(line, name))
}

/// The fields before ` - ` are id, parent, device, root and mount point; behind it stand type and source.
fn mount_of_type(line: &str, name: &str) -> Option<PathBuf> {
    let (mount, file_system) = line.split_once(" - ")?;
    let mut file_system = file_system.split(' ');
    let (kind, source) = (file_system.next()?, file_system.next()?);
    let is_it = kind == name
        || kind.strip_prefix("fuse.") == Some(name)
        || (kind == "fuse" && source == name);
    is_it.then(|| mount.split(' ').nth(4).map(OsStr::new).map(PathBuf::from))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_in_user_space_are_known_by_type_and_source() {
        let mount = |kind| format!("40 1 0:40 / /usr/bin rw,nosuid shared:9 - {kind} rw,user_id=0");
        for kind in ["fuse.envfs envfs", "fuse envfs", "envfs none"] {
            assert_eq!(
                mount_of_type(&mount(kind), "envfs"),
                Some("/usr/bin".into()),
                "{kind}"
            );
        }
        for kind in ["ext4 /dev/sda1", "fuse sshfs", "fuse.sshfs envfs", ""] {
            assert_eq!(mount_of_type(&mount(kind), "envfs"), None, "{kind}");
        }
        assert_eq!(mount_of_type("", "envfs"), None);
    }
}
