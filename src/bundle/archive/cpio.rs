//! Archives of cpio, "newc": what RPM has its files in, and what a `.run` unpacks.
//!
//! The format is that of the kernel's initramfs, `Documentation/driver-api/early-userspace/buffer-format.rst`.

use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;

use anyhow::{Context, Result};

use super::contents::{Bytes, Entry, Kind};

/// The kinds of files in a mode: `stat.h`.
const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

/// The name of the entry that ends an archive.
const END: &[u8] = b"TRAILER!!!";

/// The kind and permissions of an entry in one number, as `st_mode` has them.
pub(super) fn mode(entry: &Entry) -> u32 {
    let kind = match entry.kind {
        Kind::Folder => FOLDER,
        Kind::Link { .. } => LINK,
        Kind::File { .. } => FILE,
    };
    kind | entry.permissions()
}

/// Writes entries as an archive; `prefix` stands before each name. All belong to root, and have one time.
///
/// # Errors
/// A file cannot be read, has changed, or has 4 GiB or more, for which the format has no room; or the archive cannot be written.
pub(super) fn write(
    out: &mut impl Write,
    entries: &[Entry],
    prefix: &str,
    time: u32,
    watch: &dyn Fn(u64),
) -> Result<()> {
    for (number, entry) in entries.iter().enumerate() {
        append(out, entry, number as u32 + 1, prefix, time, watch)
            .with_context(|| format!("cannot archive {}", entry.place.display()))?;
    }
    head(out, END, [0, 0, 1, 0, 0])?;
    Ok(())
}

fn append(
    out: &mut impl Write,
    entry: &Entry,
    number: u32,
    prefix: &str,
    time: u32,
    watch: &dyn Fn(u64),
) -> Result<()> {
    let name = [prefix.as_bytes(), entry.place.as_os_str().as_bytes()].concat();
    let target = match &entry.kind {
        Kind::Link { target } => target.as_os_str().as_bytes(),
        _ => b"",
    };
    let size = entry.size() + target.len() as u64;
    let size = u32::try_from(size).context("it has 4 GiB or more, which cpio has no room for")?;
    let links = if matches!(entry.kind, Kind::Folder) {
        2
    } else {
        1
    };
    head(out, &name, [number, mode(entry), links, time, size])?;
    out.write_all(target)?;
    if let Some(mut bytes) = Bytes::of(entry, watch)? {
        io::copy(&mut bytes, out)?;
    }
    pad(out, size as usize)?;
    Ok(())
}

/// The header of an entry with its name: number, mode, links, time, size.
fn head(
    out: &mut impl Write,
    name: &[u8],
    [number, mode, links, time, size]: [u32; 5],
) -> io::Result<()> {
    let length = name.len() + 1;
    write!(
        out,
        "070701{number:08x}{mode:08x}{:08x}{:08x}{links:08x}{time:08x}{size:08x}{:08x}{:08x}{:08x}{:08x}{length:08x}{:08x}",
        0, 0, 0, 0, 0, 0, 0
    )?;
    out.write_all(name)?;
    out.write_all(&[0])?;
    pad(out, 110 + length)
}

/// Zeros up to the next multiple of 4.
fn pad(out: &mut impl Write, length: usize) -> io::Result<()> {
    out.write_all(&[0; 3][..length.next_multiple_of(4) - length])
}
