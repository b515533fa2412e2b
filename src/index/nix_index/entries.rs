//! The entries of a database: files, each with what it is and its path.
//!
//! An entry is: what it is (see [`EntryKind`]), a NUL, a difference, the rest of the path, a newline.
//! How much of the path is that of the entry before is the sum of all differences so far. A difference
//! is one signed byte, or 0x80 and two bytes, the higher one first.

use std::ffi::OsStr;
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use memchr::{memchr, memrchr};

use crate::index::store_path::{self, Hash};

/// The longest entry: longer than any path and any link's target.
const LONGEST: usize = 1 << 18;

/// Reads entries one by one.
#[derive(Debug)]
pub struct Entries<R> {
    stream: R,
    buffer: Box<[u8]>,
    /// What of `buffer` was read from the stream and is not used yet.
    start: usize,
    end: usize,
    /// The kind of the entry that comes next; `None` before the first one.
    kind: Option<EntryKind>,
    path: Vec<u8>,
    /// How much of `path` the next one has too, before its difference counts.
    shared: usize,
    count: u64,
}

/// A file of a package, or the package that the files before belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// What it is.
    pub kind: EntryKind,
    /// The path in the package, starting with `/`; of a package, its description.
    pub path: &'a [u8],
}

/// What an entry is. Written as the size and `r` or `x` (a file), the target and `s` (a link), the count of
/// entries and `d` (a directory), or `p` (a package).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A link, and the hash of the store path that its target is in, if it names one.
    Link(Option<Hash>),
    /// A directory.
    Directory,
    /// A package.
    Package,
}

impl<R: Read> Entries<R> {
    /// The entries in a stream.
    #[must_use]
    pub fn new(stream: R) -> Self {
        Self {
            stream,
            buffer: vec![0; LONGEST].into(),
            start: 0,
            end: 0,
            kind: None,
            path: Vec::new(),
            shared: 0,
            count: 0,
        }
    }

    /// The next entry; `None` at the end.
    ///
    /// # Errors
    /// The stream cannot be read, ends too early, or is damaged.
    pub fn read(&mut self) -> Result<Option<Entry<'_>>> {
        let number = self.count + 1;
        match self.advance() {
            Ok(None) => Ok(None),
            Ok(Some(kind)) => {
                self.count = number;
                let path = &self.path[..];
                Ok(Some(Entry { kind, path }))
            }
            Err(error) => Err(error.context(format!("it is damaged at entry {number}"))),
        }
    }

    /// Reads the path of the next entry, and the kind of the one behind it.
    fn advance(&mut self) -> Result<Option<EntryKind>> {
        let kind = match self.kind {
            Some(kind) => kind,
            None => {
                let Some(nul) = self.find_nul()? else {
                    ensure!(self.is_empty(), "it ends within an entry");
                    return Ok(None);
                };
                let kind = kind(&self.buffer[self.start..nul])?;
                self.start = nul + 1;
                kind
            }
        };
        let shared = self.shared.checked_add_signed(self.difference()?);
        self.shared = shared
            .filter(|&it| it <= self.path.len())
            .context("it shares more of a path than there is")?;
        let nul = self.find_nul()?;
        let end = nul.unwrap_or(self.end);
        // The rest of this path, and the kind of the next entry. A name may have newlines in it.
        let text = &self.buffer[self.start..end];
        let newline = memrchr(b'\n', text).context("it ends within an entry")?;
        self.path.truncate(self.shared);
        self.path.extend_from_slice(&text[..newline]);
        let rest = &text[newline + 1..];
        self.kind = match nul {
            Some(_) => Some(self::kind(rest)?),
            None if rest.is_empty() => None,
            None => bail!("it ends within an entry"),
        };
        self.start = nul.map_or(end, |nul| nul + 1);
        Ok(Some(kind))
    }

    fn difference(&mut self) -> Result<isize> {
        let byte = self.byte()?;
        if byte != 0x80 {
            return Ok(i8::from_le_bytes([byte]).into());
        }
        let bytes = [self.byte()?, self.byte()?];
        Ok(i16::from_be_bytes(bytes).into())
    }

    fn byte(&mut self) -> Result<u8> {
        if self.is_empty() {
            self.fill()?;
        }
        let byte = self.buffer[self.start..self.end].first();
        let byte = *byte.context("it ends within an entry")?;
        self.start += 1;
        Ok(byte)
    }

    fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Where the next NUL is in the buffer; `None` if there is none in the stream, whose rest is in the
    /// buffer then.
    fn find_nul(&mut self) -> Result<Option<usize>> {
        let mut searched = 0;
        loop {
            let from = self.start + searched;
            if let Some(at) = memchr(0, &self.buffer[from..self.end]) {
                return Ok(Some(from + at));
            }
            searched = self.end - self.start;
            ensure!(searched < LONGEST, "it is longer than {LONGEST} bytes");
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Reads more into the buffer, which is not full; false at the end of the stream.
    fn fill(&mut self) -> Result<bool> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        loop {
            match self.stream.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.end += count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error).context("cannot read its compressed part"),
            }
        }
    }
}

fn kind(text: &[u8]) -> Result<EntryKind> {
    Ok(match text {
        b"p" => EntryKind::Package,
        [target @ .., b's'] => EntryKind::Link(link_hash(target)),
        [b'0'..=b'9', .., b'd'] => EntryKind::Directory,
        [b'0'..=b'9', .., b'r' | b'x'] => EntryKind::File,
        _ => bail!("it is of a kind that nix-index does not write"),
    })
}

/// The hash in a target of the form `/nix/store/<hash>-<name>/...`.
fn link_hash(target: &[u8]) -> Option<Hash> {
    let target = Path::new(OsStr::from_bytes(target));
    store_path::find(target.is_absolute().then_some(target)?).map(|(_, hash, _)| hash)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<(EntryKind, String)>> {
        let mut entries = Entries::new(bytes);
        let mut all = Vec::new();
        while let Some(entry) = entries.read()? {
            all.push((entry.kind, String::from_utf8_lossy(entry.path).into_owned()));
        }
        Ok(all)
    }

    #[test]
    fn a_path_begins_with_what_it_shares_with_the_one_before() {
        let bytes = b"2d\0\0/lib\n9r\0\x04/ab\n9x\0\x02c\nlib/abs\0\xfbx\np\0\xff{}\n";
        let expected = [
            (EntryKind::Directory, "/lib"),
            (EntryKind::File, "/lib/ab"),
            (EntryKind::File, "/lib/ac"),
            (EntryKind::Link(None), "/x"),
            (EntryKind::Package, "{}"),
        ];
        let expected = expected.map(|(kind, path)| (kind, path.to_owned()));
        assert_eq!(read(bytes).unwrap(), expected);
    }

    #[test]
    fn a_difference_may_have_two_bytes() {
        let path = "/".repeat(400);
        let first = format!("1r\0\0{path}\n1r\0");
        let bytes = [first.as_bytes(), b"\x80\x01\x2ca\n1r\0\x80\xff\0b\n"].concat();
        let all = read(&bytes).unwrap();
        assert_eq!(all[1].1, format!("{}a", &path[..300]));
        assert_eq!(all[2].1, format!("{}b", &path[..44]));
    }

    #[test]
    fn a_name_may_have_newlines() {
        let all = read(b"1r\0\0/a\nb\n1r\0\x04c\n").unwrap();
        assert_eq!((&*all[0].1, &*all[1].1), ("/a\nb", "/a\nbc"));
    }

    #[test]
    fn a_link_tells_which_store_path_it_leads_to() {
        let hash = "010yd8jls8w4vcnql4zhjbnyp2yay5pl";
        let bytes = format!("/nix/store/{hash}-bash-4/lib/xs\0\0/lib/x\n");
        let expected = EntryKind::Link(store_path::parse_hash(hash));
        assert_eq!(read(bytes.as_bytes()).unwrap()[0].0, expected);
    }

    #[test]
    fn what_is_damaged_is_told_with_its_place() {
        for (bytes, reason) in [
            (&b"1r\0\x01/a\n"[..], "shares more"),
            (b"1r\0\xff/a\n", "shares more"),
            (b"1r\0\x80\x7f", "ends within"),
            (b"1r\0\0/a", "ends within"),
            (b"1r", "ends within"),
            (b"1r\0\0/a\n1", "ends within"),
            (b"q\0\0/a\n", "of a kind"),
            (b"xr\0\0/a\n", "of a kind"),
            (&[b'1'; LONGEST + 1], "longer than"),
        ] {
            let error = format!("{:#}", read(bytes).unwrap_err());
            assert!(error.contains("damaged at entry 1"), "{error}");
            assert!(error.contains(reason), "{reason}: {error}");
        }
        assert_eq!(read(b"").unwrap(), []);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(0), Just(b'\n'), Just(b'r')], 0..200)) {
            let _ = read(&bytes);
        }
    }
}
