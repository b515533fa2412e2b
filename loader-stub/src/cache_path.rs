//! The loader's built-in path of its cache, a string in its read-only data.

use crate::scan;

/// How the string ends in every glibc, its NUL included: `LD_SO_CACHE` in glibc's sysdeps/generic/dl-cache.h.
const ENDING: &[u8; 13] = b"/ld.so.cache\0";

/// The `/` and the `h` of [`ENDING`], the two rarest in the constants of glibc's loaders.
const RARE: [u8; 2] = [0, 10];

/// The name of the cache in a library environment, as it follows the directory.
pub const FILE: &str = "/ld.so.cache";

/// The name of the link in a library environment that says where the built-in path is in `ld.so`, as it
/// follows the directory. Its target is a [`Place`] as text.
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

impl Place {
    /// Reads what [`Place`]'s `Display` writes: two decimal numbers with a space between them. `None` if it
    /// is anything else.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let space = text.iter().position(|&byte| byte == b' ')?;
        let (address, length) = text.split_at_checked(space)?;
        Some(Self {
            address: number(address)?,
            length: number(length.get(1..)?)?,
        })
    }

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

impl core::fmt::Display for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} {}", self.address, self.length)
    }
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
    fn reads_places_as_it_writes_them() {
        let place = Place {
            address: 167_089,
            length: 16,
        };
        assert_eq!(
            Place::parse(std::format!("{place}").as_bytes()),
            Some(place)
        );
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
            assert_eq!(Place::parse(text.as_bytes()), None, "{text}");
        }
    }
}
