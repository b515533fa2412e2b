//! The system's reasons, in words.

use crate::texts;

/// Numbers and texts as strerror(3) has them, for the errors that open, read, map and stat give. See
/// `texts.rs`.
const TEXTS: &str = "\
1:Operation not permitted
2:No such file or directory
4:Interrupted system call
5:Input/output error
6:No such device or address
7:Argument list too long
9:Bad file descriptor
11:Resource temporarily unavailable
12:Cannot allocate memory
13:Permission denied
14:Bad address
17:File exists
19:No such device
20:Not a directory
21:Is a directory
22:Invalid argument
23:Too many open files in system
24:Too many open files
26:Text file busy
27:File too large
29:Illegal seek
36:File name too long
38:Function not implemented
40:Too many levels of symbolic links
74:Bad message
75:Value too large for defined data type
107:Transport endpoint is not connected
110:Connection timed out
116:Stale file handle
117:Structure needs cleaning
126:Required key not available
";

/// What `errno` means; `None` if it is none of those that the stub meets.
pub fn describe(errno: i32) -> Option<&'static [u8]> {
    texts::lines(TEXTS).find_map(|line| {
        let mut parts = line.splitn(2, |&byte| byte == b':');
        let number = parts
            .next()?
            .iter()
            .fold(0, |number, digit| number * 10 + i32::from(digit - b'0'));
        if number == errno { parts.next() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_the_system_says() {
        for errno in (0..200).filter(|&errno| describe(errno).is_some()) {
            let system = std::io::Error::from_raw_os_error(errno);
            let text = std::str::from_utf8(describe(errno).unwrap()).unwrap();
            assert_eq!(
                std::format!("{text} (os error {errno})"),
                std::format!("{system}")
            );
        }
        assert_eq!(
            describe(libc::ENOENT),
            Some(&b"No such file or directory"[..])
        );
    }

    #[test]
    fn says_nothing_of_numbers_that_it_does_not_know() {
        assert_eq!(describe(0), None);
        assert_eq!(describe(9999), None);
    }
}
