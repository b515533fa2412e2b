//! Writing a cache.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Context, Result, ensure};

use super::{ENTRY_SIZE, HEADER_SIZE, LITTLE_ENDIAN, LoaderCache, MAGIC};

impl LoaderCache {
    /// The bytes of an `ld.so.cache` with these entries in this order.
    ///
    /// # Errors
    /// If a name or path has a NUL, or if the file would exceed 4 GiB, which its offsets cannot
    /// express.
    pub fn serialize(&self) -> Result<Vec<u8>> {
        let too_large = "the loader cache would be larger than 4 GiB; name fewer libraries";
        let count = u32::try_from(self.entries.len()).context(too_large)?;
        let mut strings = Strings {
            start: HEADER_SIZE + self.entries.len() * ENTRY_SIZE,
            bytes: Vec::new(),
            known: HashMap::new(),
        };
        let mut table = Vec::with_capacity(self.entries.len() * ENTRY_SIZE);
        for entry in &self.entries {
            let path = entry.path.as_os_str().as_bytes();
            for string in [entry.name.as_bytes(), path] {
                ensure!(
                    !string.contains(&0),
                    "cannot list {} in a loader cache: it has a NUL",
                    String::from_utf8_lossy(string).escape_default()
                );
            }
            table.extend(entry.flags.to_le_bytes());
            for string in [entry.name.as_bytes(), path] {
                let offset = strings.offset_of(string);
                table.extend(u32::try_from(offset).context(too_large)?.to_le_bytes());
            }
            // The OS version and the hardware capabilities: none demanded.
            table.extend([0; 4 + 8]);
        }
        let size_of_strings = u32::try_from(strings.bytes.len()).context(too_large)?;

        let mut file = Vec::with_capacity(strings.start + strings.bytes.len());
        file.extend(MAGIC);
        file.extend(count.to_le_bytes());
        file.extend(size_of_strings.to_le_bytes());
        file.push(LITTLE_ENDIAN);
        file.resize(HEADER_SIZE, 0);
        file.extend(table);
        file.extend(strings.bytes);
        Ok(file)
    }
}

/// The strings of a file, each once.
struct Strings<'a> {
    /// Where they start in the file.
    start: usize,
    bytes: Vec<u8>,
    known: HashMap<&'a [u8], usize>,
}

impl<'a> Strings<'a> {
    fn offset_of(&mut self, string: &'a [u8]) -> usize {
        *self.known.entry(string).or_insert_with(|| {
            let offset = self.start + self.bytes.len();
            self.bytes.extend(string);
            self.bytes.push(0);
            offset
        })
    }
}
