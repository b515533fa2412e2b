//! Compressing by all cores, with the same bytes however many there are.

use std::io::{self, Write};
use std::num::NonZero;
use std::thread;

use anyhow::Result;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};

use crate::parallel;

/// How many bytes of the input become one member of a gzip file. They are compressed independently of each other.
const MEMBER: usize = 4 << 20;

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// A writer of zstd. `level` is from 1 to 19.
///
/// # Errors
/// The library refuses its settings.
pub(super) fn zstd<W: Write>(out: W, level: i32) -> Result<zstd::Encoder<'static, W>> {
    let mut encoder = zstd::Encoder::new(out, level)?;
    // With any number of workers the bytes are the same, but not without them.
    encoder.multithread(u32::try_from(cores())?)?;
    encoder.include_checksum(true)?;
    Ok(encoder)
}

/// A writer of gzip, in members of a fixed size: RFC 1952, section 2.2 allows several in a file.
pub(super) struct Gzip<W> {
    out: W,
    level: Compression,
    full: Vec<Vec<u8>>,
    last: Vec<u8>,
}

impl<W: Write> Gzip<W> {
    /// `level` is from 1 to 19; gzip has 9.
    pub(super) fn new(out: W, level: i32) -> Self {
        Self {
            out,
            level: Compression::new(level.clamp(1, 9).unsigned_abs()),
            full: Vec::new(),
            last: Vec::with_capacity(MEMBER),
        }
    }

    /// Writes what is left, and returns the writer below.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn finish(mut self) -> io::Result<W> {
        let last = std::mem::take(&mut self.last);
        self.full.push(last);
        self.compress()?;
        Ok(self.out)
    }

    fn compress(&mut self) -> io::Result<()> {
        let level = self.level;
        let members = parallel::each(&self.full, |it| member(it, level));
        self.full.clear();
        for member in members {
            self.out.write_all(&member?)?;
        }
        Ok(())
    }
}

/// Without a name and a time.
fn member(bytes: &[u8], level: Compression) -> io::Result<Vec<u8>> {
    let mut encoder: GzEncoder<_> = GzBuilder::new().mtime(0).write(Vec::new(), level);
    encoder.write_all(bytes)?;
    encoder.finish()
}

impl<W: Write> Write for Gzip<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len().min(MEMBER - self.last.len());
        self.last.extend_from_slice(&bytes[..length]);
        if self.last.len() == MEMBER {
            let last = std::mem::replace(&mut self.last, Vec::with_capacity(MEMBER));
            self.full.push(last);
            if self.full.len() >= cores() {
                self.compress()?;
            }
        }
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        // What is gathered becomes a member when it is one: otherwise the bytes would depend on who flushes when.
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::MultiGzDecoder;
    use std::io::Read;

    /// Nine megabytes that can be compressed somewhat.
    fn bytes() -> Vec<u8> {
        let words = (0u32..).map(|it| it.wrapping_mul(2_654_435_761) >> 20);
        words.flat_map(u32::to_le_bytes).take(9 << 20).collect()
    }

    #[test]
    fn members_are_read_as_one_and_do_not_depend_on_the_pieces() {
        let bytes = bytes();
        let compress = |piece: usize| {
            let mut gzip = Gzip::new(Vec::new(), 1);
            for it in bytes.chunks(piece) {
                gzip.write_all(it).unwrap();
                gzip.flush().unwrap();
            }
            gzip.finish().unwrap()
        };
        let whole = compress(usize::MAX);
        assert_eq!(compress(100_003), whole);
        let mut read = Vec::new();
        MultiGzDecoder::new(&whole[..])
            .read_to_end(&mut read)
            .unwrap();
        assert!(read == bytes);
    }

    #[test]
    fn zstd_has_the_same_bytes_by_any_number_of_workers() {
        let bytes = bytes();
        let compress = |workers| {
            let mut encoder = zstd(Vec::new(), 3).unwrap();
            encoder.multithread(workers).unwrap();
            encoder.write_all(&bytes).unwrap();
            encoder.finish().unwrap()
        };
        let one = compress(1);
        assert!(compress(2) == one && compress(7) == one);
    }
}
