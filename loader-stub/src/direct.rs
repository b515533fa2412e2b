//! The stub started directly: `/lib64/ld-linux-x86-64.so.2 [FLAG...] PROGRAM [ARGUMENT...]`.

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

/// The index of the value that the loader would take for its library path: that of the last
/// `--library-path` before the program. `None` if there is none.
pub fn library_path_argument(argv: &[Entry<'_>]) -> Option<usize> {
    let mut found = None;
    let mut arguments = argv.iter().enumerate().skip(1);
    while let Some((_, &argument)) = arguments.next() {
        if is(argument, b"--library-path") {
            // Without a value it is no flag to the loader, and the one before it still counts.
            found = arguments.next().map(|(index, _)| index).or(found);
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
    use core::ffi::CStr;
    use std::vec::Vec;

    use super::*;

    fn index(argv: &[&CStr]) -> Option<usize> {
        library_path_argument(
            &argv
                .iter()
                .map(|&text| Entry::from(text))
                .collect::<Vec<_>>(),
        )
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
