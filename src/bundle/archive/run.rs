//! Programs that unpack themselves. `run_head` says what such a file looks like.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Take, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use run_head::footer::{self, Footer};
use sha2::{Digest, Sha256};

use super::contents::{Entry, Kind, contents};
use super::{Options, compressed, cpio, installed_head};
use crate::bundle::manifest::Manifest;

/// Writes a bundle as a program.
///
/// # Errors
/// There is no head for the bundle's system, the bundle is not what its manifest says, or the file system refuses.
pub(super) fn write(
    out: &mut File,
    bundle: &Path,
    manifest: &Manifest,
    options: &Options<'_>,
) -> Result<Vec<Entry>> {
    let head = match &options.head {
        Some(head) => head.clone(),
        None => installed_head::find(&manifest.system)?,
    };
    let head = fs::read(&head).with_context(|| format!("cannot read {}", head.display()))?;
    let entries = contents(bundle, manifest, Path::new(""))?;
    out.write_all(&head)?;
    let mut hashed = Hashed {
        out: BufWriter::new(out),
        hash: Sha256::new(),
        length: 0,
    };
    let mut zstd = compressed::zstd(&mut hashed, options.level)?;
    let top = Entry {
        place: ".".into(),
        kind: Kind::Folder,
    };
    let all: Vec<_> = std::iter::once(&top).chain(&entries).cloned().collect();
    cpio::write(&mut zstd, &all, "", options.time, options.watch)?;
    zstd.finish()?;
    let payload = head.len() as u64;
    let index = payload + hashed.length;
    let records = index_of(manifest, &entries);
    hashed.write_all(&records)?;
    let hash = hashed.hash.finalize();
    let mut key = [0; 16];
    key.copy_from_slice(&hash[..16]);
    let footer = Footer {
        payload,
        index,
        index_length: records.len() as u64,
        key,
    };
    hashed.out.write_all(&footer.encode())?;
    hashed.out.flush()?;
    Ok(entries)
}

/// What `run_head::index` describes.
fn index_of(manifest: &Manifest, entries: &[Entry]) -> Vec<u8> {
    let mut index = Vec::new();
    let mut record = |kind: String, text: &[u8]| {
        index.extend(kind.into_bytes());
        index.extend(text);
        index.push(0);
    };
    let name = format!("{}-{}", manifest.name, manifest.release);
    record("n".into(), name.as_bytes());
    for program in &manifest.programs {
        record("p".into(), program.name.as_bytes());
    }
    record("d".into(), b"");
    for entry in entries {
        let kind = match entry.kind {
            Kind::Folder => "d".into(),
            Kind::Link { .. } => "l".into(),
            Kind::File { size, .. } => format!("f{size} "),
        };
        record(kind, entry.place.as_os_str().as_bytes());
    }
    index
}

/// The compressed archive in such a file.
///
/// # Errors
/// The file is none, or was cut off.
pub(super) fn payload(mut file: File) -> Result<Take<File>> {
    const NONE: &str = "it is a program, but no bundle that unpacks itself";
    let length = file.metadata()?.len();
    ensure!(length >= footer::SIZE as u64, NONE);
    let mut bytes = [0; footer::SIZE];
    file.seek(SeekFrom::End(-(footer::SIZE as i64)))?;
    file.read_exact(&mut bytes)?;
    let footer = Footer::parse(&bytes, length).context(NONE)?;
    file.seek(SeekFrom::Start(footer.payload))?;
    Ok(file.take(footer.index - footer.payload))
}

/// What is written and what is known of it.
struct Hashed<W> {
    out: W,
    hash: Sha256,
    length: u64,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.out.write(bytes)?;
        self.hash.update(&bytes[..length]);
        self.length += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
