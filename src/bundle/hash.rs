//! Hashes of files, as digits.

use std::fmt::Write;
use std::io::{self, Read};

use sha2::Digest;

/// Two lowercase digits for each byte.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        _ = write!(text, "{byte:02x}");
    }
    text
}

/// Hands all that is left to `hash`, and returns how many bytes that were.
///
/// # Errors
/// It cannot be read.
pub(super) fn add_all(hash: &mut impl Digest, mut from: impl Read) -> io::Result<u64> {
    let mut buffer = vec![0; 1 << 16];
    let mut length = 0;
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(length),
            Ok(count) => {
                hash.update(&buffer[..count]);
                length += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
