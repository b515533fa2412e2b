//! A mount namespace, with a user namespace where the caller needs one to be allowed it.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::CloneFlags;
use nix::unistd::{getegid, geteuid};

/// Where the kernel's settings are.
const SETTINGS: &str = "/proc/sys";

/// A setting that forbids user namespaces: its file below [`SETTINGS`], the value that does, and
/// the command that allows them.
const SWITCHES: [(&str, &str, &str); 3] = [
    (
        "user/max_user_namespaces",
        "0",
        "sysctl -w user.max_user_namespaces=10000",
    ),
    (
        "kernel/unprivileged_userns_clone",
        "0",
        "sysctl -w kernel.unprivileged_userns_clone=1",
    ),
    (
        "kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
];

/// How often, and how long, other threads are waited for.
const MOST_WAITS: usize = 100;
const WAIT: Duration = Duration::from_millis(5);

/// Moves the process into a mount namespace whose mounts are seen by nobody else.
pub(super) fn unshare() -> Result<()> {
    if nix::sched::unshare(CloneFlags::CLONE_NEWNS).is_err() {
        unshare_with_user()?;
    }
    // Ubuntu's AppArmor lets the namespace be made and then forbids every mount in it.
    let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    match mount(None::<&str>, "/", None::<&str>, private, None::<&str>) {
        Ok(()) => Ok(()),
        Err(Errno::EINVAL) => {
            bail!("cannot keep mounts private: / is no mount point, as in a chroot")
        }
        Err(errno) => bail!("cannot keep mounts private: {}", reason(errno)),
    }
}

/// Adds a user namespace, in which an ordinary user has the right to mount.
fn unshare_with_user() -> Result<()> {
    // Read before: inside, both ids are the overflow ids until the maps are written.
    let (user, group) = (geteuid(), getegid());
    unshare_alone(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS)
        .map_err(|errno| anyhow!("cannot make a user namespace: {}", reason(errno)))?;
    // The files below belong to root while the process is not dumpable, as after a change of user
    // without exec. The next exec sets it anew.
    nix::sys::prctl::set_dumpable(true)
        .map_err(|errno| anyhow!("cannot make the process dumpable: {}", errno.desc()))?;
    // user_namespaces(7): the group map may be written only once setgroups is denied.
    write("/proc/self/setgroups", "deny")?;
    write("/proc/self/uid_map", &format!("{user} {user} 1"))?;
    write("/proc/self/gid_map", &format!("{group} {group} 1"))
}

/// A process with threads gets no user namespace (EINVAL), and a thread that was waited for may still be on its way out.
fn unshare_alone(flags: CloneFlags) -> Result<(), Errno> {
    let is_alone = || fs::read_dir("/proc/self/task").is_ok_and(|it| it.count() == 1);
    for _ in 0..MOST_WAITS {
        match nix::sched::unshare(flags) {
            Err(Errno::EINVAL) if !is_alone() => thread::sleep(WAIT),
            result => return result,
        }
    }
    nix::sched::unshare(flags)
}

fn write(path: &str, line: &str) -> Result<()> {
    fs::write(path, line)
        .map_err(|error| {
            let errno = Errno::from_raw(error.raw_os_error().unwrap_or_default());
            anyhow!(reason(errno))
        })
        .with_context(|| format!("cannot write \"{line}\" to {path} of a new user namespace"))
}

/// The system's reason, and what to do about it.
fn reason(errno: Errno) -> String {
    format!("{}. {}", errno.desc(), advice(errno, Path::new(SETTINGS)))
}

/// The settings that forbid user namespaces, each with its name, its value and the command that allows them.
pub(super) fn forbidden_by() -> Vec<String> {
    forbidding(Path::new(SETTINGS))
}

fn forbidding(settings: &Path) -> Vec<String> {
    let forbids = |file: &str, value: &str| {
        fs::read_to_string(settings.join(file)).is_ok_and(|found| found.trim() == value)
    };
    SWITCHES
        .iter()
        .filter(|(file, value, _)| forbids(file, value))
        .map(|(file, value, command)| {
            format!(
                "{} is {value}: as root, `{command}` allows them",
                file.replace('/', ".")
            )
        })
        .collect()
}

/// What to switch on, judged by the settings below `settings`.
fn advice(errno: Errno, settings: &Path) -> String {
    let commands = forbidding(settings);
    if !commands.is_empty() {
        return format!(
            "User namespaces are forbidden here. {}",
            commands.join("; ")
        );
    }
    match errno {
        Errno::ENOSYS | Errno::EINVAL => {
            "This kernel seems to be built without user namespaces (CONFIG_USER_NS)".to_owned()
        }
        Errno::ENOSPC | Errno::EUSERS => {
            "User namespaces are nested too deep, or too many exist; user.max_user_namespaces \
             is the limit"
                .to_owned()
        }
        _ => {
            "No kernel setting forbids user namespaces, so it is the surroundings: in a container, \
              allow the system calls unshare, mount and pivot_root (Docker and Podman: \
              `--security-opt seccomp=unconfined --security-opt apparmor=unconfined`); in a chroot they are never allowed"
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Settings as a kernel would show them.
    fn settings(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (file, value) in files {
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("{value}\n")).unwrap();
        }
        directory
    }

    #[test]
    fn advice_names_each_setting_that_forbids_and_no_other() {
        for (file, value, command) in SWITCHES {
            let off = settings(&[(file, value)]);
            let text = advice(Errno::EPERM, off.path());
            for (_, _, other) in SWITCHES {
                assert_eq!(text.contains(other), other == command, "{file}: {text}");
            }
        }
    }

    #[test]
    fn advice_points_at_the_surroundings_when_every_setting_allows() {
        let on = settings(&[
            ("user/max_user_namespaces", "7823"),
            ("kernel/unprivileged_userns_clone", "1"),
            ("kernel/apparmor_restrict_unprivileged_userns", "0"),
        ]);
        let text = advice(Errno::EPERM, on.path());
        assert!(
            text.contains("seccomp") && !text.contains("sysctl"),
            "{text}"
        );
        assert!(advice(Errno::ENOSYS, on.path()).contains("CONFIG_USER_NS"));
    }
}
