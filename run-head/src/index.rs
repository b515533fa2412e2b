//! What is in a bundle, as the head has to know it before it unpacks anything.
//!
//! The index is a list of records that end with a NUL. The first letter of each says what it is:
//!
//! - `n`: the bundle's name and version, which its folder is called by
//! - `p`: the name of a program; the first is the one that is started if nothing else is asked for
//! - `d`: a folder, with nothing else for the bundle's own
//! - `f`: the size of a file in decimal digits, a space, and its place
//! - `l`: a link

/// A record. Places are relative to the bundle's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record<'a> {
    /// The bundle's name and version.
    Name(&'a [u8]),
    /// A program's name in `bin/`.
    Program(&'a [u8]),
    /// A folder.
    Folder(&'a [u8]),
    /// A file with its size in bytes.
    File(u64, &'a [u8]),
    /// A link.
    Link(&'a [u8]),
}

/// The records of an index. Those that are damaged are left out.
pub fn records(index: &[u8]) -> impl Iterator<Item = Record<'_>> {
    index.split(|it| *it == 0).filter_map(|record| {
        let (kind, text) = record.split_first()?;
        Some(match kind {
            b'n' => Record::Name(text),
            b'p' => Record::Program(text),
            b'd' => Record::Folder(text),
            b'l' => Record::Link(text),
            b'f' => {
                let mut parts = text.splitn(2, |it| *it == b' ');
                let size = core::str::from_utf8(parts.next()?).ok()?;
                Record::File(size.parse().ok()?, parts.next()?)
            }
            _ => return None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read() {
        let index = b"nhello-1\0phello\0d\0dbin\0lbin/hello\0f12 a b\0fx y\0?\0";
        let records: std::vec::Vec<_> = records(index).collect();
        assert_eq!(
            records,
            [
                Record::Name(b"hello-1"),
                Record::Program(b"hello"),
                Record::Folder(b""),
                Record::Folder(b"bin"),
                Record::Link(b"bin/hello"),
                Record::File(12, b"a b"),
            ]
        );
    }
}
