//! Databases of nix-index, read as a stream.
//!
//! A database is `NIXI`, the format's version (8 bytes, little-endian, 1), and one stream of zstd. In
//! it are entries ([`Entries`]): for each package its files, then the package itself ([`Package`]).
//! The source is nix-index: `src/database.rs`, `frcode.rs`, `files.rs`, `package.rs`.
//!
//! It does not say of which revision of nixpkgs it was made.

mod entries;
mod package;

use std::io::{BufReader, Read};

use anyhow::{Context, Result, ensure};
use zstd::Decoder;

pub use entries::{Entries, Entry, EntryKind};
pub use package::{Origin, Package};

const MAGIC: &[u8; 4] = b"NIXI";
const VERSION: u64 = 1;

/// The greatest window of a stream, as a power of 2, which is as much memory: 128 MiB. nix-index uses
/// it at its highest level of compression.
const WINDOW_LOG: u32 = 27;

/// The entries of a database.
///
/// # Errors
/// It is none, or one of another version.
pub fn open<R: Read>(mut file: R) -> Result<Entries<Decoder<'static, BufReader<R>>>> {
    let mut header = [0; 12];
    let read = file.read_exact(&mut header);
    let (magic, version) = header.split_at(MAGIC.len());
    ensure!(
        read.is_ok() && magic == MAGIC,
        "it is no database of nix-index, which would start with NIXI"
    );
    let version = u64::from_le_bytes(version.try_into()?);
    ensure!(
        version == VERSION,
        "it is a database of nix-index in version {version}, and ldshim knows version {VERSION}; a newer ldshim may read it"
    );
    let mut stream = Decoder::new(file).context("its compressed part cannot be read")?;
    stream.window_log_max(WINDOW_LOG)?;
    Ok(Entries::new(stream))
}
