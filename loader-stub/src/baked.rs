//! Baked configuration: paths that are part of the stub's file.
//!
//! The stub's file has a section [`SECTION`] of [`SIZE`] bytes. It holds [`MAGIC`], then records: a tag and
//! a length (each 16 bits, little-endian), then that many bytes, which end with a NUL. Tag 0 ends the
//! records. A reader passes over tags that it does not know, so that later versions can add some.

use core::ffi::CStr;

use crate::c_library::CLibrary;

/// The name of the section.
pub const SECTION: &str = ".nix_ld.baked";
/// Where the section is in the file, in bytes: within the part that is read of a loader.
pub const OFFSET: usize = 0x200;
/// The size of the section, in bytes.
pub const SIZE: usize = 2048;
/// What the section begins with. The last byte is the version of the format.
pub const MAGIC: [u8; 16] = *b"ldshim baked \0\0\x01";

const TAG_LOADER: u16 = 1;
const TAG_LIBRARY_DIR: u16 = 2;
const TAG_CACHE_PLACE: u16 = 3;
const TAG_MUSL_LOADER: u16 = 4;
const TAG_MUSL_LIBRARY_DIR: u16 = 5;
const TAG_ON_DEMAND: u16 = 6;
const TAG_TOOL: u16 = 7;

/// What is baked into a stub for programs of one C library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Baked<'a> {
    /// The real loader to fall back on.
    pub loader: Option<&'a CStr>,
    /// The library environment to fall back on.
    pub library_dir: Option<&'a CStr>,
    /// That this library environment has a cache, and where its loader's built-in path of the cache is: the
    /// text of a [`crate::cache_path::Place`].
    pub cache_place: Option<&'a CStr>,
    /// What to do for programs without a pin, as `NIX_LD_ON_DEMAND` says it. Pins are for programs of glibc.
    pub on_demand: Option<&'a CStr>,
    /// The tool `ldshim`, which is started then.
    pub tool: Option<&'a CStr>,
}

/// What is baked in for programs of none.
const NOTHING: Baked<'_> = Baked {
    loader: None,
    library_dir: None,
    cache_place: None,
    on_demand: None,
    tool: None,
};

/// Why a section cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BakedError {
    /// It does not begin with [`MAGIC`]: it is of another version, or none of this project's.
    Magic,
    /// A record ends behind the section's end, or its text does not end with its only NUL.
    Record,
}

impl core::fmt::Display for BakedError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Magic => "the baked configuration is of an unknown version",
            Self::Record => "the baked configuration has a damaged record",
        })
    }
}

impl<'a> Baked<'a> {
    /// Reads a section's bytes, as far as they concern programs of `c_library`.
    ///
    /// # Errors
    /// If they are not in the format described at the top of this file.
    pub fn parse(section: &'a [u8], c_library: CLibrary) -> Result<Self, BakedError> {
        let mut rest = section.strip_prefix(&MAGIC).ok_or(BakedError::Magic)?;
        let mut baked = Self::default();
        while let Some((tag, after_tag)) = split_u16(rest) {
            if tag == 0 {
                break;
            }
            let (length, after_length) = split_u16(after_tag).ok_or(BakedError::Record)?;
            let (text, after_text) = after_length
                .split_at_checked(length.into())
                .ok_or(BakedError::Record)?;
            let field = match (c_library, tag) {
                (CLibrary::Glibc, TAG_LOADER) => Some(&mut baked.loader),
                (CLibrary::Glibc, TAG_LIBRARY_DIR) => Some(&mut baked.library_dir),
                (CLibrary::Glibc, TAG_CACHE_PLACE) => Some(&mut baked.cache_place),
                (CLibrary::Glibc, TAG_ON_DEMAND) => Some(&mut baked.on_demand),
                (CLibrary::Glibc, TAG_TOOL) => Some(&mut baked.tool),
                (CLibrary::Musl, TAG_MUSL_LOADER) => Some(&mut baked.loader),
                (CLibrary::Musl, TAG_MUSL_LIBRARY_DIR) => Some(&mut baked.library_dir),
                _ => None,
            };
            if let Some(field) = field {
                *field = Some(CStr::from_bytes_with_nul(text).map_err(|_| BakedError::Record)?);
            }
            rest = after_text;
        }
        Ok(baked)
    }

    /// The bytes of a section that says this for programs of glibc, and nothing for others; `None` if it does not
    /// fit.
    pub const fn encode(&self) -> Option<[u8; SIZE]> {
        self.encode_with_musl(&NOTHING)
    }

    /// The bytes of a section that says this for programs of glibc, and `musl` for those of musl.
    pub const fn encode_with_musl(&self, musl: &Baked<'_>) -> Option<[u8; SIZE]> {
        let mut section = [0; SIZE];
        let Some(at) = put(&mut section, 0, &MAGIC) else {
            return None;
        };
        let records = [
            (TAG_LOADER, self.loader),
            (TAG_LIBRARY_DIR, self.library_dir),
            (TAG_CACHE_PLACE, self.cache_place),
            (TAG_MUSL_LOADER, musl.loader),
            (TAG_MUSL_LIBRARY_DIR, musl.library_dir),
            (TAG_ON_DEMAND, self.on_demand),
            (TAG_TOOL, self.tool),
        ];
        let (mut at, mut i) = (at, 0);
        while i < records.len() {
            at = match put_record(&mut section, at, records[i].0, records[i].1) {
                Some(end) => end,
                None => return None,
            };
            i += 1;
        }
        Some(section)
    }
}

fn split_u16(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u16::from_le_bytes(*number), rest))
}

/// Writes `bytes` at `at` and returns where they end. A `const fn`, and so a loop: the stub is built with
/// its compile-time defaults in the section.
const fn put(section: &mut [u8; SIZE], at: usize, bytes: &[u8]) -> Option<usize> {
    if bytes.len() > SIZE - at {
        return None;
    }
    let mut i = 0;
    while i < bytes.len() {
        section[at + i] = bytes[i];
        i += 1;
    }
    Some(at + bytes.len())
}

const fn put_record(
    section: &mut [u8; SIZE],
    at: usize,
    tag: u16,
    text: Option<&CStr>,
) -> Option<usize> {
    let Some(text) = text else { return Some(at) };
    let text = text.to_bytes_with_nul();
    if text.len() > SIZE {
        return None;
    }
    let Some(at) = put(section, at, &tag.to_le_bytes()) else {
        return None;
    };
    let Some(at) = put(section, at, &(text.len() as u16).to_le_bytes()) else {
        return None;
    };
    put(section, at, text)
}

#[cfg(test)]
mod tests {
    use std::ffi::CString;
    use std::vec::Vec;

    use super::*;

    const FULL: Baked<'_> = Baked {
        loader: Some(c"/nix/ld.so"),
        library_dir: Some(c"/nix/lib"),
        cache_place: Some(c"1 2"),
        on_demand: Some(c"ask"),
        tool: Some(c"/bin/ldshim"),
    };

    fn parse(section: &[u8]) -> Result<Baked<'_>, BakedError> {
        Baked::parse(section, CLibrary::Glibc)
    }

    #[test]
    fn keeps_what_is_for_musl_apart() {
        let musl = Baked {
            loader: Some(c"/musl/ld.so"),
            library_dir: Some(c"/musl"),
            ..NOTHING
        };
        let section = FULL.encode_with_musl(&musl).unwrap();
        assert_eq!(Baked::parse(&section, CLibrary::Glibc), Ok(FULL));
        assert_eq!(Baked::parse(&section, CLibrary::Musl), Ok(musl));
        let without = FULL.encode().unwrap();
        assert_eq!(Baked::parse(&without, CLibrary::Musl), Ok(NOTHING));
    }

    #[test]
    fn reads_back_what_it_wrote() {
        for baked in [
            FULL,
            Baked {
                loader: None,
                ..FULL
            },
            Baked {
                library_dir: None,
                ..FULL
            },
            Baked::default(),
        ] {
            assert_eq!(parse(&baked.encode().unwrap()), Ok(baked));
        }
    }

    #[test]
    fn passes_over_tags_that_it_does_not_know() {
        let mut section: Vec<u8> = MAGIC.into();
        section.extend([99, 0, 3, 0, b'a', b'b', b'c', 1, 0, 2, 0, b'/', 0]);
        assert_eq!(parse(&section).unwrap().loader, Some(c"/"));
    }

    #[test]
    fn refuses_a_text_that_does_not_fit() {
        let long = CString::new([b'/'; SIZE]).unwrap();
        assert_eq!(
            Baked {
                loader: Some(&long),
                ..FULL
            }
            .encode(),
            None
        );
    }

    #[test]
    fn refuses_foreign_and_damaged_sections() {
        assert_eq!(parse(b""), Err(BakedError::Magic));
        assert_eq!(parse(&[0; SIZE]), Err(BakedError::Magic));
        for record in [
            &[1, 0][..],
            &[1, 0, 9, 0, b'/', 0],
            &[1, 0, 1, 0, b'/'],
            &[1, 0, 2, 0, 0, 0],
            &[1, 0, 0, 0],
        ] {
            let section = [&MAGIC, record].concat();
            assert_eq!(parse(&section), Err(BakedError::Record), "{record:?}");
        }
    }
}
