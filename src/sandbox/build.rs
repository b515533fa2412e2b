//! Building a root from its entries, and changing over to it.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{chdir, pivot_root};

use super::Entry;

/// The directory over which the new root is mounted until it is the root. Any would do; this one
/// has to exist anyway, since the id maps are written there.
const STAGE: &str = "/proc";
/// Where in the new root the old one is while it is being built.
const HOST: &str = ".ldshim-host";

/// Where in the new root a file is that cannot be made at its own place, which is the host's.
const PROGRAM: &str = "/.ldshim-program";

/// An entry whose source, if it has one, is a real path and known to exist.
pub(super) struct Step {
    entry: Entry,
    /// Whether to make a directory, not a file, as the place to mount on.
    is_directory: bool,
}

/// Follows the links in every source. It has to be done before the change of root, where an
/// absolute link would be followed in the new one.
pub(super) fn resolve(entries: &[Entry]) -> Result<Vec<Step>> {
    entries
        .iter()
        .map(|entry| {
            let target = entry.path();
            let odd = |part: Component| !matches!(part, Component::RootDir | Component::Normal(_));
            if !target.is_absolute() || target.components().any(odd) {
                bail!(
                    "cannot put anything at {}: not an absolute path",
                    target.display()
                );
            }
            let mut step = Step {
                entry: entry.clone(),
                is_directory: true,
            };
            if let Entry::Bind { source, target, .. } = &mut step.entry {
                let context =
                    || format!("cannot mount {} on {}", source.display(), target.display());
                let real = source.canonicalize().with_context(context)?;
                step.is_directory = real.is_dir();
                *source = real;
            }
            Ok(step)
        })
        .collect()
}

/// Builds the root and makes it the process's, with the old one gone.
pub(super) fn build_and_pivot(steps: &[Step]) -> Result<()> {
    mount_tmpfs(Path::new(STAGE), "mode=755")?;
    let old_root = Path::new(STAGE).join(HOST);
    fs::create_dir(&old_root).with_context(|| format!("cannot make {}", old_root.display()))?;
    pivot_root(STAGE, &old_root).map_err(|errno| {
        let hint = if errno == Errno::EINVAL {
            ", which an initramfs does not allow"
        } else {
            ""
        };
        anyhow!(
            "cannot change the root directory (pivot_root{hint}): {}",
            errno.desc()
        )
    })?;
    chdir("/").map_err(|errno| anyhow!("cannot enter the new root: {}", errno.desc()))?;

    let mut builder = Builder {
        devices: vec![device(Path::new("/"))?],
    };
    for step in steps {
        builder.add(step)?;
    }

    let host = Path::new("/").join(HOST);
    umount2(&host, MntFlags::MNT_DETACH)
        .map_err(|errno| anyhow!("cannot let go of the old root: {}", errno.desc()))?;
    fs::remove_dir(&host).context("cannot remove the old root's place")
}

/// Adds entries to the root the process is in, from the old root at [`HOST`].
struct Builder {
    /// Device numbers of the file systems that belong to the new root alone. Only there may
    /// anything be made: elsewhere it would be made on the host's disk.
    devices: Vec<u64>,
}

impl Builder {
    fn add(&mut self, step: &Step) -> Result<()> {
        match &step.entry {
            Entry::Bind {
                source,
                target,
                read_only,
            } => {
                self.make_mount_point(target, step.is_directory)?;
                bind(source, target)?;
                if *read_only {
                    make_read_only(target)
                } else {
                    Ok(())
                }
            }
            Entry::Link { contents, path } => {
                self.make_parent(path)?;
                symlink(contents, path).with_context(|| {
                    format!(
                        "cannot make the link {} to {}",
                        path.display(),
                        contents.display()
                    )
                })
            }
            Entry::Directory { path } => self.make_directory(path),
            Entry::Program { contents, path } => {
                if !path.exists() {
                    self.make_parent(path)?;
                    return write_program(path, contents);
                }
                let own = Path::new(PROGRAM);
                write_program(own, contents)?;
                mount_on(own, own, path)
            }
            Entry::Tmpfs { path } => {
                self.make_directory(path)?;
                mount_tmpfs(path, "mode=1777")?;
                self.devices.push(device(path)?);
                Ok(())
            }
        }
    }

    fn make_mount_point(&self, target: &Path, is_directory: bool) -> Result<()> {
        if is_directory {
            return self.make_directory(target);
        }
        if target.exists() {
            return Ok(());
        }
        self.make_parent(target)?;
        File::create_new(target)
            .and_then(|file| file.set_permissions(Permissions::from_mode(0o644)))
            .with_context(|| format!("cannot make {}", target.display()))
    }

    /// Makes `path` and its parents, unless they exist.
    fn make_directory(&self, path: &Path) -> Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        self.make_parent(path)?;
        // Everybody may enter it, whatever the caller's umask is: the program in the root may become another user.
        fs::create_dir(path)
            .and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o755)))
            .with_context(|| format!("cannot make {}", path.display()))
    }

    /// Makes the directory that `path` is to be in, and sees to it that it is one of ours.
    fn make_parent(&self, path: &Path) -> Result<()> {
        let Some(parent) = path.parent() else {
            return Ok(());
        };
        self.make_directory(parent)?;
        if !self.devices.contains(&device(parent)?) {
            bail!(
                "cannot make {}: {} belongs to the host",
                path.display(),
                parent.display()
            );
        }
        Ok(())
    }
}

fn write_program(path: &Path, contents: &[u8]) -> Result<()> {
    fs::write(path, contents)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o555)))
        .with_context(|| format!("cannot make {}", path.display()))
}

fn bind(source: &Path, target: &Path) -> Result<()> {
    mount_on(source, &host_path(source), target)
}

/// Shows what is at `inside` in the new root also at `target`. Messages call it `source`.
fn mount_on(source: &Path, inside: &Path, target: &Path) -> Result<()> {
    // Recursive also because a user namespace may not part a mount from those below it.
    mount(
        Some(inside),
        target,
        None::<&str>,
        MsFlags::MS_BIND | MsFlags::MS_REC,
        None::<&str>,
    )
    .map_err(|errno| {
        anyhow!(
            "cannot mount {} on {}: {}",
            source.display(),
            target.display(),
            errno.desc()
        )
    })
}

fn make_read_only(target: &Path) -> Result<()> {
    let fail = |errno: Errno| {
        anyhow!(
            "cannot make {} read-only: {}",
            target.display(),
            errno.desc()
        )
    };
    // A user namespace must keep the flags with which the host has mounted it.
    let flags = statvfs(target).map_err(fail)?.flags();
    let kept = [
        (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ]
    .into_iter()
    .filter(|(shown, _)| flags.contains(*shown))
    .fold(MsFlags::empty(), |all, (_, flag)| all | flag);
    let remount = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY;
    mount(
        None::<&str>,
        target,
        None::<&str>,
        remount | kept,
        None::<&str>,
    )
    .map_err(fail)
}

fn mount_tmpfs(target: &Path, options: &str) -> Result<()> {
    mount(
        Some("tmpfs"),
        target,
        Some("tmpfs"),
        MsFlags::empty(),
        Some(options),
    )
    .map_err(|errno| {
        anyhow!(
            "cannot mount a tmpfs on {}: {}",
            target.display(),
            errno.desc()
        )
    })
}

/// Where a path of the host is while the new root is being built.
fn host_path(path: &Path) -> PathBuf {
    Path::new("/")
        .join(HOST)
        .join(path.strip_prefix("/").unwrap_or(path))
}

fn device(path: &Path) -> Result<u64> {
    let metadata =
        fs::metadata(path).with_context(|| format!("cannot examine {}", path.display()))?;
    Ok(metadata.dev())
}
