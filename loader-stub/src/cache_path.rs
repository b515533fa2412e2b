//! The loader's built-in path of its cache, a string in its read-only data.

use crate::scan;

/// How the string ends in every glibc, its NUL included: `LD_SO_CACHE` in glibc's sysdeps/generic/dl-cache.h.
const ENDING: &[u8; 13] = b"/ld.so.cache\0";

/// The `/` and the `h` of [`ENDING`], the two rarest in the constants of glibc's loaders.
const RARE: [u8; 2] = [0, 10];

/// The name of the cache in a library environment, as it follows the directory.
pub const FILE: &str = "/ld.so.cache";

/// The name of the link in a library environment that says where the built-in path is in `ld.so`, as it
/// follows the directory. Its target is a [`CacheNote`] as text.
pub const PLACE_LINK: &str = "/ld.so.cache.place";

/// Where the built-in path is. To look for it takes longer than all the rest of a start; so it is looked for
/// once, when a library environment is built, and only looked at later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The address of its first byte, without the load bias.
    pub address: usize,
    /// Its length without its NUL.
    pub length: usize,
}

/// The stub has room for a link's target of fewer bytes than this.
pub const NOTE_SIZE: usize = 1024;

/// What a library environment with a cache says of itself in [`PLACE_LINK`], for the stub to know it at the cost of
/// one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheNote<'a> {
    /// Where the built-in path is in its loader.
    pub place: Place,
    /// Directories with more libraries, separated by colons, or nothing. They are not part of the cache, because
    /// what they hold changes while the library environment does not, as in `/run/opengl-driver/lib`.
    pub extra_paths: &'a [u8],
}

impl<'a> CacheNote<'a> {
    /// Reads the place as its `Display` writes it, and after a space the extra paths if there are any. `None` if it
    /// is anything else.
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let (address, rest) = split_word(text);
        let (length, extra_paths) = split_word(rest);
        Some(Self {
            place: Place {
                address: number(address)?,
                length: number(length)?,
            },
            extra_paths,
        })
    }
}

/// As two decimal numbers with a space between them.
impl core::fmt::Display for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} {}", self.address, self.length)
    }
}

/// What comes before the first space, and what comes after it.
fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    let space = text.iter().position(|&byte| byte == b' ');
    let (word, rest) = text.split_at(space.unwrap_or(text.len()));
    (word, rest.get(1..).unwrap_or_default())
}

impl Place {
    /// Whether a built-in path is there, in `data` that begins at `start`. Another loader has it elsewhere.
    pub fn holds(&self, data: &[u8], start: usize) -> bool {
        let before = self
            .address
            .checked_sub(start)
            .and_then(|at| at.checked_sub(1));
        let Some(before) = before else {
            return false;
        };
        let Some(bytes) = data
            .get(before..)
            .and_then(|rest| rest.get(..self.length.wrapping_add(2)))
        else {
            return false;
        };
        bytes.starts_with(b"\0/")
            && bytes.ends_with(ENDING)
            && !bytes[1..bytes.len() - 1].contains(&0)
    }
}

/// The path in the room of a prepared loader's: up to the first NUL. `None` if it is none, or does not end in the room.
/// The room begins behind a NUL, and ends with one.
pub fn prepared_path(room: &[u8]) -> Option<&[u8]> {
    let end = room.iter().position(|&byte| byte == 0)?;
    let (path, rest) = room.split_at_checked(end)?;
    let is_path = path.starts_with(b"/") && rest.iter().all(|&byte| byte == 0);
    is_path.then_some(path)
}

/// Whether the path in the room of a prepared loader's is that of the cache in `dir`.
pub fn names_cache_in(room: &[u8], dir: &[u8]) -> bool {
    let file = FILE.as_bytes();
    let rest = room.strip_prefix(dir);
    let rest = rest.and_then(|rest| rest.strip_prefix(file));
    rest.is_some_and(|rest| rest.first() == Some(&0))
}

fn number(digits: &[u8]) -> Option<usize> {
    let mut number: usize = 0;
    for digit in digits {
        let digit = usize::from(digit.wrapping_sub(b'0'));
        number = if digit < 10 {
            number.checked_mul(10)?.checked_add(digit)?
        } else {
            return None;
        };
    }
    (!digits.is_empty()).then_some(number)
}

/// Finds the built-in path in `data` that begins at address `start`.
///
/// The string begins after the NUL of the one before it. `None` if there is no such string, or more than one:
/// then nobody knows which one the loader opens.
pub fn find(data: &[u8], start: usize) -> Option<Place> {
    let (mut ending, mut count) = (0, 0);
    scan::for_each_occurrence(data, ENDING, RARE, |offset| {
        (ending, count) = (offset, count + 1)
    });
    if count != 1 {
        return None;
    }
    let begin = data.get(..ending)?.iter().rposition(|&byte| byte == 0)? + 1;
    let place = Place {
        address: start.checked_add(begin)?,
        length: ending - begin + ENDING.len() - 1,
    };
    place.holds(data, start).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(data: &[u8]) -> Option<&[u8]> {
        let place = find(data, 0x1000)?;
        let start = place.address - 0x1000;
        Some(&data[start..start + place.length])
    }

    #[test]
    fn finds_the_path_of_a_distribution_and_of_a_store() {
        assert_eq!(
            found(b"x\0/etc/ld.so.cache\0y"),
            Some(&b"/etc/ld.so.cache"[..])
        );
        let store = b"\0/nix/store/abc-glibc-2.40/etc/ld.so.cache\0";
        assert_eq!(found(store), Some(&store[1..store.len() - 1]));
    }

    #[test]
    fn passes_over_the_name_inside_of_other_texts() {
        assert_eq!(
            found(b"\0Do not use /etc/ld.so.cache or so\0/ld.so.cache.old\0"),
            None
        );
    }

    #[test]
    fn wants_exactly_one_absolute_path() {
        assert_eq!(found(b"\0/a/ld.so.cache\0\0/b/ld.so.cache\0"), None);
        assert_eq!(found(b"\0relative/ld.so.cache\0"), None);
        assert_eq!(
            found(b"/etc/ld.so.cache\0"),
            None,
            "its beginning is not in sight"
        );
        assert_eq!(found(b"\0/etc/ld.so.cache"), None);
        assert_eq!(found(b""), None);
    }

    #[test]
    fn recognises_the_path_at_its_place_only() {
        let data = b"\0/etc/ld.so.cache\0/x";
        let place = find(data, 100).unwrap();
        assert_eq!(
            place,
            Place {
                address: 101,
                length: 16
            }
        );
        assert!(place.holds(data, 100));
        for wrong in [
            (100, 16),
            (102, 15),
            (101, 15),
            (101, 17),
            (101, usize::MAX),
            (0, 16),
            (usize::MAX, 16),
        ] {
            assert!(
                !Place {
                    address: wrong.0,
                    length: wrong.1
                }
                .holds(data, 100),
                "{wrong:?}"
            );
        }
        assert!(!place.holds(b"\0/etc/ld.so.cachE\0", 100));
        assert!(!place.holds(b"\0/e\0c/ld.so.cache\0", 100));
        assert!(!place.holds(b"", 100));
        assert!(!place.holds(data, usize::MAX));
    }

    #[test]
    fn a_prepared_loader_has_a_whole_path_in_its_room() {
        let room = b"/nld/ld.so.cache\0\0\0";
        assert_eq!(prepared_path(room), Some(&b"/nld/ld.so.cache"[..]));
        assert!(names_cache_in(room, b"/nld"));
        for dir in [&b"/nl"[..], b"/nld/", b"/nldx", b"", b"/nld/ld.so.cache"] {
            assert!(!names_cache_in(room, dir), "{dir:?}");
        }
        for wrong in [&b"/nld/ld.so.cache"[..], b"nld\0", b"\0", b"", b"/a\0b\0"] {
            assert_eq!(prepared_path(wrong), None, "{wrong:?}");
        }
        assert!(
            !names_cache_in(b"/nld/ld.so.cache", b"/nld"),
            "it has no end"
        );
    }

    #[test]
    fn reads_places_as_it_writes_them() {
        let place = Place {
            address: 167_089,
            length: 16,
        };
        for extra_paths in ["", "/run/a", "/run/a:/run/with a space"] {
            let text = std::format!("{place} {extra_paths}");
            let extra_paths = extra_paths.as_bytes();
            let note = CacheNote { place, extra_paths };
            assert_eq!(CacheNote::parse(text.as_bytes()), Some(note));
        }
        let text = std::format!("{place}");
        let note = CacheNote::parse(text.as_bytes());
        assert_eq!(note.map(|note| note.place), Some(place));
        for text in [
            "",
            " ",
            "1",
            "1 ",
            " 1",
            "1 x",
            "1  2",
            "-1 2",
            "99999999999999999999 1",
        ] {
            assert_eq!(CacheNote::parse(text.as_bytes()), None, "{text}");
        }
    }
}
