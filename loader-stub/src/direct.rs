//! The stub started directly: `/lib64/ld-linux-x86-64.so.2 [FLAG...] PROGRAM [ARGUMENT...]`.

use core::ffi::CStr;

use crate::c_library::CLibrary;
use crate::stack::Entry;
use crate::texts;

/// The flags of the real loader that take a value: options of `rtld` in glibc's elf/rtld.c, and of musl's
/// ldso/dynlink.c. See `texts.rs`.
const FLAGS_WITH_VALUE: &str = "\
--preload
--argv0
--audit
--inhibit-rpath
--glibc-hwcaps-mask
--glibc-hwcaps-prepend";

/// An argument that has the library path of a loader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LibraryPathArgument<'a> {
    /// Its index among the arguments.
    pub index: usize,
    /// Whether the flag is in it too, before the path: `--library-path=`.
    pub has_flag: bool,
    /// The path.
    pub value: &'a CStr,
}

/// Where the loader of `c_library` would take its library path from: from the last `--library-path` before the
/// program. `None` if there is none.
pub fn library_path_argument<'a>(
    argv: &[Entry<'a>],
    c_library: CLibrary,
) -> Option<LibraryPathArgument<'a>> {
    let mut found = None;
    let mut arguments = argv.iter().enumerate().skip(1);
    while let Some((index, &argument)) = arguments.next() {
        if is(argument, b"--library-path") {
            // Without a value it is no flag to the loader, and the one before it still counts.
            let replaced = |(index, value): (usize, &Entry<'a>)| LibraryPathArgument {
                index,
                has_flag: false,
                value: value.to_c_str(),
            };
            found = arguments.next().map(replaced).or(found);
        } else if c_library == CLibrary::Musl
            && let Some(value) = argument.strip_prefix(b"--library-path=")
        {
            found = Some(LibraryPathArgument {
                index,
                has_flag: true,
                value: value.to_c_str(),
            });
        } else if texts::lines(FLAGS_WITH_VALUE).any(|flag| is(argument, flag)) {
            arguments.next();
        } else if is(argument, b"--") || argument.strip_prefix(b"--").is_none() {
            break;
        }
    }
    found
}

fn is(argument: Entry<'_>, text: &[u8]) -> bool {
    argument
        .strip_prefix(text)
        .is_some_and(|rest| rest.first() == 0)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn found<'a>(argv: &[&'a CStr], c_library: CLibrary) -> Option<LibraryPathArgument<'a>> {
        let entries: Vec<_> = argv.iter().map(|&text| Entry::from(text)).collect();
        library_path_argument(&entries, c_library)
    }

    fn index(argv: &[&CStr]) -> Option<usize> {
        let found = found(argv, CLibrary::Glibc)?;
        assert!(!found.has_flag, "{found:?}");
        assert_eq!(found.value, argv[found.index]);
        Some(found.index)
    }

    #[test]
    fn knows_the_flag_with_its_value_in_one_for_musl_only() {
        let argv = [c"ld.so", c"--library-path=/a", c"prog"];
        let expected = LibraryPathArgument {
            index: 1,
            has_flag: true,
            value: c"/a",
        };
        assert_eq!(found(&argv, CLibrary::Musl), Some(expected));
        assert_eq!(found(&argv, CLibrary::Glibc), None);
        let both = [
            c"ld.so",
            c"--library-path=/a",
            c"--library-path",
            c"/b",
            c"prog",
        ];
        let expected = LibraryPathArgument {
            index: 3,
            has_flag: false,
            value: c"/b",
        };
        assert_eq!(
            found(&both, CLibrary::Musl),
            Some(expected),
            "the last one counts"
        );
    }

    #[test]
    fn finds_the_value_of_the_last_library_path() {
        assert_eq!(
            index(&[c"ld.so", c"--library-path", c"/a", c"prog"]),
            Some(2)
        );
        assert_eq!(
            index(&[
                c"ld.so",
                c"--list",
                c"--library-path",
                c"/a",
                c"--library-path",
                c"/b",
                c"prog"
            ]),
            Some(5)
        );
        assert_eq!(
            index(&[
                c"ld.so",
                c"--argv0",
                c"--library-path",
                c"--library-path",
                c"/a",
                c"prog"
            ]),
            Some(4)
        );
    }

    #[test]
    fn leaves_the_programs_own_arguments_alone() {
        assert_eq!(index(&[c"ld.so", c"prog", c"--library-path", c"/a"]), None);
        assert_eq!(index(&[c"ld.so", c"--", c"--library-path", c"/a"]), None);
        assert_eq!(
            index(&[c"ld.so", c"--argv0", c"prog", c"--library-path", c"/a"]),
            Some(4)
        );
    }

    #[test]
    fn finds_nothing_where_there_is_nothing() {
        assert_eq!(index(&[]), None);
        assert_eq!(index(&[c"ld.so"]), None);
        assert_eq!(index(&[c"ld.so", c"--library-path"]), None);
        assert_eq!(index(&[c"ld.so", c"--list", c"prog"]), None);
        assert_eq!(
            index(&[c"ld.so", c"--library-path", c"/a", c"--library-path"]),
            Some(2)
        );
    }
}
