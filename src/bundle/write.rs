//! Writing a bundle as a folder: whole or not at all.

use std::fs::{self, File, FileTimes, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::contents::{Contents, Item, Make};
use super::hash::hexadecimal;
use super::make::Maker;
use super::manifest::{FILE_NAME, FileKind, Manifest, Program};
use crate::interrupt::Undisturbed;
use crate::whole_file::TEMPORARY;

/// The modes of what is written, whatever the umask is.
const FOLDER_MODE: u32 = 0o755;
const FILE_MODE: u32 = 0o644;
const EXECUTABLE_MODE: u32 = 0o755;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many files.
    pub files: usize,
    /// How many bytes they have.
    pub bytes: u64,
}

/// A bundle that is not at its place yet. It goes if it is dropped.
#[derive(Debug)]
pub struct New {
    folder: tempfile::TempDir,
    /// What it says of itself so far.
    pub manifest: Manifest,
    /// What was written.
    pub summary: Summary,
}

impl New {
    /// An empty one in this folder.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn in_folder(parent: &Path, manifest: Manifest) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(parent);
        let folder = folder.with_context(|| format!("cannot write in {}", parent.display()))?;
        Ok(Self {
            folder,
            manifest,
            summary: Summary::default(),
        })
    }

    /// Writes everything but `bundle.json`. `step` is told of each file before it is written.
    ///
    /// # Errors
    /// A file cannot be read or made, or the file system refuses.
    pub fn fill(
        &mut self,
        contents: &Contents,
        maker: &mut Maker<'_>,
        step: &mut dyn FnMut(&Path),
    ) -> Result<()> {
        for (place, item) in &contents.items {
            step(place);
            let file = self.add(place, item, maker)?;
            self.manifest.files.push(file);
        }
        for it in &contents.programs {
            let settings = match contents.items.get(&it.place).map(|it| &it.make) {
                Some(Make::Program { settings, .. } | Make::Launcher { settings, .. }) => {
                    settings.clone()
                }
                _ => Vec::new(),
            };
            self.manifest.programs.push(Program {
                name: it.name.to_string_lossy().into_owned(),
                place: it.place.clone(),
                start: contents.start_of(&it.place),
                original: Some(it.asked.clone()).filter(|it| it.to_str().is_some()),
                settings,
            });
        }
        self.manifest.host_libraries = contents.host_libraries.iter().cloned().collect();
        Ok(())
    }

    /// Where it is for now.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn add(&mut self, place: &Path, item: &Item, maker: &mut Maker<'_>) -> Result<super::File> {
        let path = self.folder.path().join(place);
        let operation = || format!("cannot write {}", place.display());
        make_folders(self.folder.path(), place).with_context(operation)?;
        let kind = match (maker.bytes(place, item)?, &item.make) {
            (Some(bytes), _) => {
                let metadata = item.source.as_ref().and_then(|it| fs::metadata(it).ok());
                let executable = metadata
                    .as_ref()
                    .is_some_and(|it| it.permissions().mode() & 0o111 != 0);
                let mode = if executable {
                    EXECUTABLE_MODE
                } else {
                    FILE_MODE
                };
                let seconds = metadata.map_or(1, |it| it.mtime().max(1));
                write_file(&path, &bytes, mode, seconds.unsigned_abs()).with_context(operation)?;
                self.summary.files += 1;
                self.summary.bytes += bytes.len() as u64;
                FileKind::File {
                    size: bytes.len() as u64,
                    executable,
                    sha256: hexadecimal(&Sha256::digest(&bytes)),
                }
            }
            (None, Make::Link(target)) => {
                symlink(target, &path).with_context(operation)?;
                FileKind::Link {
                    target: target.clone(),
                }
            }
            (None, _) => bail!("{}: nothing is known of it", operation()),
        };
        Ok(super::File {
            place: place.to_owned(),
            kind,
            // JSON has no names that are not UTF-8.
            source: item.source.clone().filter(|it| it.to_str().is_some()),
            why: item.why.clone(),
        })
    }

    /// Writes `bundle.json`, and puts the bundle to `out`, where nothing is, an empty folder, or an older bundle.
    ///
    /// # Errors
    /// Something else is there, or the file system refuses.
    pub fn finish(self, out: &Path) -> Result<()> {
        let operation = || format!("cannot write {}", out.display());
        // Whoever removes it on an interrupt has not begun, and finds it no more.
        let _undisturbed = Undisturbed::begin().with_context(operation)?;
        self.complete().with_context(operation)?;
        if is_bundle(out) {
            let flags = nix::fcntl::RenameFlags::RENAME_EXCHANGE;
            let here = nix::fcntl::AT_FDCWD;
            nix::fcntl::renameat2(here, self.folder.path(), here, out, flags)
                .with_context(operation)?;
            // What is at the temporary place now is the older one.
            return self
                .folder
                .close()
                .with_context(|| format!("cannot remove the older {}", out.display()));
        }
        // rename(2) also replaces an empty folder.
        fs::rename(self.folder.path(), out).with_context(operation)?;
        let _at_its_place = self.folder.keep();
        Ok(())
    }
}

impl New {
    /// Writes `bundle.json`, and leaves the bundle where it is, to be packed. It goes when the folder is dropped.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn finish_in_place(self) -> Result<(tempfile::TempDir, Manifest)> {
        self.complete().context("cannot write the bundle")?;
        Ok((self.folder, self.manifest))
    }

    fn complete(&self) -> Result<()> {
        let mut text = serde_json::to_string_pretty(&self.manifest)?;
        text.push('\n');
        let path = self.folder.path().join(FILE_NAME);
        write_file(&path, text.as_bytes(), FILE_MODE, 1)?;
        open_folders(self.folder.path())?;
        Ok(())
    }
}

/// Whether a bundle may be written to a path.
///
/// # Errors
/// Something is there that is no bundle.
pub fn check_target(out: &Path) -> Result<()> {
    let Ok(metadata) = fs::symlink_metadata(out) else {
        return Ok(());
    };
    let is_empty = || fs::read_dir(out).is_ok_and(|mut it| it.next().is_none());
    if metadata.is_dir() && (is_bundle(out) || is_empty()) {
        return Ok(());
    }
    bail!(
        "cannot write {}: something is there that is no bundle; name another folder with --out",
        out.display()
    )
}

/// Whether a folder is a bundle, which may go. Other tools call files `bundle.json` too.
fn is_bundle(folder: &Path) -> bool {
    super::read(folder).is_ok()
}

/// Makes the folders that a place is in, but not the bundle's own: if that is gone, somebody has interrupted the writing.
///
/// # Errors
/// The bundle's folder is gone, or the file system refuses.
pub fn make_folders(bundle: &Path, place: &Path) -> io::Result<()> {
    let mut folder = bundle.to_owned();
    for name in place.parent().into_iter().flat_map(Path::components) {
        folder.push(name);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => made?,
        }
    }
    Ok(())
}

/// Writes a file with this mode and this time of its last change. What comes from a Nix store has the same time everywhere, and
/// some programs look whether it is that.
fn write_file(path: &Path, bytes: &[u8], mode: u32, seconds: u64) -> Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    let time = UNIX_EPOCH + Duration::from_secs(seconds);
    file.set_times(FileTimes::new().set_modified(time))?;
    Ok(())
}

/// Gives all folders their mode.
fn open_folders(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_folders(&entry.path())?;
        }
    }
    fs::set_permissions(folder, Permissions::from_mode(FOLDER_MODE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_another_tools_bundle_json_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path();
        assert!(check_target(out).is_ok());
        for text in ["", r#"{"name": "of JavaScript", "version": "1.0"}"#] {
            fs::write(out.join(FILE_NAME), text).unwrap();
            let error = check_target(out).unwrap_err().to_string();
            assert!(
                error.contains("something is there that is no bundle"),
                "{error}"
            );
        }
        let manifest = Manifest::new("a".into(), "1".into(), "x86_64-linux".into());
        let text = serde_json::to_string(&manifest).unwrap();
        fs::write(out.join(FILE_NAME), text).unwrap();
        assert!(check_target(out).is_ok());
    }

    #[test]
    fn a_bundle_that_was_removed_does_not_come_back() {
        let kept = tempfile::tempdir().unwrap();
        let [there, gone] = ["there", "gone"].map(|it| kept.path().join(it));
        fs::create_dir(&there).unwrap();
        let place = Path::new("store/a/file");
        for _ in 0..2 {
            make_folders(&there, place).unwrap();
        }
        assert!(there.join("store/a").is_dir() && !there.join(place).exists());
        let error = make_folders(&gone, place).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(!gone.exists());
    }
}
