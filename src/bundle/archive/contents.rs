//! What goes into an archive: folders, links and files, each with its place.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::bundle::hash::hexadecimal;
use crate::bundle::manifest::{FILE_NAME, FileKind, Manifest};

/// Something in an archive.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its path in the archive, without a first slash.
    pub(super) place: PathBuf,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Folder,
    Link {
        target: PathBuf,
    },
    File {
        source: Source,
        size: u64,
        executable: bool,
        /// The SHA-256 of its bytes, in hexadecimal digits.
        sha256: String,
    },
}

/// Where the bytes of a file come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Disk(PathBuf),
    Memory(Vec<u8>),
}

impl Entry {
    /// A file with this content, for everybody to read.
    pub(super) fn text(place: impl Into<PathBuf>, content: Vec<u8>) -> Self {
        Self {
            place: place.into(),
            kind: Kind::File {
                size: content.len() as u64,
                executable: false,
                sha256: hexadecimal(&Sha256::digest(&content)),
                source: Source::Memory(content),
            },
        }
    }

    /// A symbolic link.
    pub(super) fn link(place: impl Into<PathBuf>, target: impl Into<PathBuf>) -> Self {
        Self {
            place: place.into(),
            kind: Kind::Link {
                target: target.into(),
            },
        }
    }

    /// How many bytes it has, as a file.
    pub(super) fn size(&self) -> u64 {
        match self.kind {
            Kind::File { size, .. } => size,
            _ => 0,
        }
    }

    /// Its permissions: nobody but root writes to it, and everybody reads it.
    pub(super) fn permissions(&self) -> u32 {
        match self.kind {
            Kind::File {
                executable: false, ..
            } => 0o644,
            Kind::Link { .. } => 0o777,
            _ => 0o755,
        }
    }
}

/// All of a bundle, sorted. Places are below `folder`. `bundle.json` is found early: only links in `bin/` stand before it.
///
/// # Errors
/// Something is missing, or is no longer what the manifest says.
pub(super) fn contents(bundle: &Path, manifest: &Manifest, folder: &Path) -> Result<Vec<Entry>> {
    let own = bundle.join(FILE_NAME);
    let own = fs::read(&own).with_context(|| format!("cannot read {}", own.display()))?;
    let mut entries = vec![Entry::text(folder.join(FILE_NAME), own)];
    for file in &manifest.files {
        let path = bundle.join(&file.place);
        check(&path, &file.kind)?;
        let kind = match &file.kind {
            FileKind::Link { target } => Kind::Link {
                target: target.clone(),
            },
            FileKind::File {
                size,
                executable,
                sha256,
            } => Kind::File {
                source: Source::Disk(path),
                size: *size,
                executable: *executable,
                sha256: sha256.clone(),
            },
        };
        entries.push(Entry {
            place: folder.join(&file.place),
            kind,
        });
    }
    with_folders(&mut entries, folder);
    Ok(entries)
}

/// Adds all folders that something is in, from `top` on, and sorts everything.
pub(super) fn with_folders(entries: &mut Vec<Entry>, top: &Path) {
    let places: BTreeSet<_> = entries.iter().map(|it| it.place.clone()).collect();
    let above = places.iter().flat_map(|it| it.ancestors().skip(1));
    let folders: BTreeSet<_> = above
        .filter(|it| it.starts_with(top) && !it.as_os_str().is_empty() && !places.contains(*it))
        .collect();
    entries.extend(folders.into_iter().map(|place| Entry {
        place: place.to_owned(),
        kind: Kind::Folder,
    }));
    entries.sort_by(|a, b| a.place.cmp(&b.place));
}

/// Whether what is there is what the manifest says. The bytes are looked at when they are read.
fn check(path: &Path, kind: &FileKind) -> Result<()> {
    let status =
        fs::symlink_metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    let fits = match kind {
        FileKind::File { size, .. } => status.is_file() && status.len() == *size,
        FileKind::Link { target } => {
            status.is_symlink() && fs::read_link(path).is_ok_and(|it| it == *target)
        }
    };
    ensure!(
        fits,
        "{} is not what {FILE_NAME} says: make the bundle anew",
        path.display()
    );
    Ok(())
}

/// The bytes of a file, which have to be those that the manifest names.
pub(super) struct Bytes<'a> {
    from: Box<dyn Read + 'a>,
    hash: Sha256,
    left: u64,
    expected: &'a str,
    path: &'a Path,
    watch: &'a dyn Fn(u64),
}

impl<'a> Bytes<'a> {
    /// Those of this entry, if it is a file. `watch` is told of each piece how long it is.
    pub(super) fn of(entry: &'a Entry, watch: &'a dyn Fn(u64)) -> Result<Option<Self>> {
        let Kind::File {
            source,
            size,
            sha256,
            ..
        } = &entry.kind
        else {
            return Ok(None);
        };
        let (from, path): (Box<dyn Read>, &Path) = match source {
            Source::Disk(path) => {
                let file =
                    File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
                (Box::new(file), path)
            }
            Source::Memory(bytes) => (Box::new(&bytes[..]), &entry.place),
        };
        Ok(Some(Self {
            from,
            hash: Sha256::new(),
            left: *size,
            expected: sha256,
            path,
            watch,
        }))
    }

    fn changed(&self) -> io::Error {
        io::Error::other(format!(
            "{} has changed since {FILE_NAME} was written: make the bundle anew",
            self.path.display()
        ))
    }
}

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.from.read(buffer).map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("cannot read {}: {error}", self.path.display()),
            )
        })?;
        if length == 0 && !buffer.is_empty() {
            let hash = hexadecimal(&std::mem::take(&mut self.hash).finalize());
            // An end that was asked for again has no hash any more.
            let seen = std::mem::take(&mut self.expected);
            if self.left > 0 || (!seen.is_empty() && hash != seen) {
                return Err(self.changed());
            }
            return Ok(0);
        }
        self.left = match self.left.checked_sub(length as u64) {
            Some(left) => left,
            None => return Err(self.changed()),
        };
        self.hash.update(&buffer[..length]);
        (self.watch)(length as u64);
        Ok(length)
    }
}
