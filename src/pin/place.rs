//! The directories of a state: made with the right modes, or refused.

use std::fs::{self, DirBuilder, File, Metadata, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use nix::unistd::Uid;

use super::state::State;

/// What the names of things begin with that are not at their place yet, or no longer.
pub(super) const TEMPORARY: &str = ".new-";

/// The mode of directories, whatever the umask: the stub ignores pins that others may write to.
const MODE: u32 = 0o755;
/// The mode of directories above, where there are none: the XDG Base Directory Specification asks for it.
const MODE_ABOVE: u32 = 0o700;
/// The bits of a mode that let others than the owner write.
const OTHERS_WRITE: u32 = 0o022;
/// The user who may do everything.
const ROOT: u32 = 0;

/// Makes the directories of a state, where they are missing, and makes sure that nobody else may write to them.
/// Nothing is made in somebody else's home.
pub(crate) fn prepare(state: &State) -> Result<()> {
    let directory = state.directory();
    check_ground(directory)?;
    if let Some(above) = directory.parent() {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(MODE_ABOVE);
        builder.create(above).with_context(|| cannot_write(above))?;
    }
    for directory in [directory, &state.pins(), &state.roots()] {
        make(directory).with_context(|| cannot_write(directory))?;
        let found = fs::metadata(directory).with_context(|| cannot_write(directory))?;
        check(directory, &found)?;
    }
    Ok(())
}

/// Fails if what is there of the path to `directory` belongs to somebody else, as with `sudo` and the caller's HOME.
/// In root's, such as /tmp, whoever may can have directories.
fn check_ground(directory: &Path) -> Result<()> {
    let mut path = directory.ancestors();
    let Some((ground, found)) = path.find_map(|it| Some((it, fs::metadata(it).ok()?))) else {
        return Ok(());
    };
    if found.uid() != Uid::effective().as_raw() && found.uid() != ROOT {
        bail!(foreign(directory, ground, &found));
    }
    Ok(())
}

/// That `found`, which is at `place`, is not this user's.
fn foreign(directory: &Path, place: &Path, found: &Metadata) -> String {
    let me = Uid::effective();
    let next = if me.is_root() {
        "use --system for root's own pins"
    } else {
        "set XDG_STATE_HOME"
    };
    format!(
        "cannot keep pins in {}: {} belongs to the user {}, and ldshim runs as the user {me}; run it as that user, \
         or {next}",
        directory.display(),
        place.display(),
        found.uid()
    )
}

fn make(directory: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(MODE).create(directory) {
        // The umask may have taken more than others' right to write.
        Ok(()) => fs::set_permissions(directory, Permissions::from_mode(MODE)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn check(directory: &Path, found: &Metadata) -> Result<()> {
    let name = directory.display();
    if !found.is_dir() {
        bail!("cannot keep pins in {name}: it is no directory; move it away");
    }
    if found.uid() != Uid::effective().as_raw() {
        bail!(foreign(directory, directory, found));
    }
    if found.mode() & OTHERS_WRITE != 0 {
        bail!(
            "cannot keep pins in {name}: others may write to it; `chmod go-w {name}` takes that away"
        );
    }
    Ok(())
}

/// What was to be done when something could not be written.
pub(super) fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

/// A name in the same directory, for what is to be at `path` later. Only who has the lock may use it.
pub(super) fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let own = std::process::id();
    path.with_file_name(format!("{TEMPORARY}{name}-{own}"))
}

/// Has the file system store what is in a directory: names, links, and the directory's own attributes.
pub(super) fn sync(directory: &Path) -> Result<()> {
    let result = File::open(directory).and_then(|it| it.sync_all());
    match result {
        // A file system that cannot does it in its own time.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        result => result.with_context(|| cannot_write(directory)),
    }
}
