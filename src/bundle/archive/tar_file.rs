//! Archives of tar: POSIX.1's ustar with GNU's way to write long names, which every tar reads.

use std::io::Write;

use anyhow::{Context, Result};
use tar::{Builder, EntryType, Header};

use super::contents::{Bytes, Entry, Kind};

/// Writes entries as an archive. All belong to root, and have one time (seconds since 1970).
///
/// # Errors
/// A file cannot be read or has changed, or the archive cannot be written.
pub(super) fn write<W: Write>(
    out: W,
    entries: &[Entry],
    time: u32,
    watch: &dyn Fn(u64),
) -> Result<W> {
    let mut builder = Builder::new(out);
    for entry in entries {
        append(&mut builder, entry, time, watch)
            .with_context(|| format!("cannot archive {}", entry.place.display()))?;
    }
    Ok(builder.into_inner()?)
}

fn append<W: Write>(
    builder: &mut Builder<W>,
    entry: &Entry,
    time: u32,
    watch: &dyn Fn(u64),
) -> Result<()> {
    let mut header = Header::new_gnu();
    header.set_mode(entry.permissions());
    header.set_mtime(time.into());
    header.set_uid(0);
    header.set_gid(0);
    header.set_username("root")?;
    header.set_groupname("root")?;
    header.set_size(entry.size());
    match &entry.kind {
        Kind::Folder => {
            header.set_entry_type(EntryType::Directory);
            let mut place = entry.place.clone().into_os_string();
            place.push("/");
            builder.append_data(&mut header, place, &[][..])?;
        }
        Kind::Link { target } => {
            header.set_entry_type(EntryType::Symlink);
            builder.append_link(&mut header, &entry.place, target)?;
        }
        Kind::File { .. } => {
            let bytes = Bytes::of(entry, watch)?.context("it is no file")?;
            builder.append_data(&mut header, &entry.place, bytes)?;
        }
    }
    Ok(())
}
