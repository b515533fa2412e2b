//! Texts as a terminal may get them.
//!
//! Names in them are whatever somebody has written into a file: control characters in them could move the cursor, change
//! colours or begin a line that looks as if it were our own. (The stub, which has no memory for another text, ends a name at its
//! first control character instead.)

use std::ffi::OsStr;

/// What stands for a control character: U+FFFD REPLACEMENT CHARACTER.
pub(crate) const REPLACEMENT: &str = "\u{fffd}";

/// A text that stays on its line: each control character in it is replaced.
pub(crate) fn line(text: &str) -> String {
    text.replace(char::is_control, REPLACEMENT)
}

/// Names and paths as they may be shown within a line.
pub(crate) trait Shown {
    /// What [`line()`] makes of it.
    fn shown(&self) -> String;
}

impl<T: AsRef<OsStr> + ?Sized> Shown for T {
    fn shown(&self) -> String {
        line(&self.as_ref().to_string_lossy())
    }
}

/// A text of several lines: the same, but line feeds remain.
pub(crate) fn lines(text: &str) -> String {
    text.replace(|it: char| it.is_control() && it != '\n', REPLACEMENT)
}

/// A path, or any other text, as one word of a shell, for a command that users are to type.
pub fn shell_word(text: &(impl AsRef<OsStr> + ?Sized)) -> String {
    let text = text.shown();
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+:@%,=".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Control characters of ASCII and of Latin 1 (which has CSI as one character).
    const CONTROLS: [&str; 6] = ["\0", "\x1b", "\r", "\t", "\x7f", "\u{9b}"];

    #[test]
    fn control_characters_are_replaced() {
        for it in CONTROLS {
            let text = format!("lib{it}[31mz.so");
            assert_eq!(line(&text), "lib\u{fffd}[31mz.so", "{it:?}");
            assert_eq!(lines(&text), "lib\u{fffd}[31mz.so", "{it:?}");
        }
    }

    #[test]
    fn a_line_feed_ends_a_line_only_where_there_may_be_several() {
        assert_eq!(line("a\nb"), "a\u{fffd}b");
        assert_eq!(lines("a\nb\n"), "a\nb\n");
    }

    #[test]
    fn a_path_is_one_word_of_a_shell() {
        for path in ["/srv/with space/it's", "/plain/path-1.0", "a$b`c\"d", "/ß"] {
            let script = format!("printf %s {}", shell_word(path));
            let shell = std::process::Command::new("sh")
                .args(["-c", &script])
                .output();
            let printed = shell.expect("a shell").stdout;
            assert_eq!(String::from_utf8_lossy(&printed), path);
        }
        assert_eq!(shell_word("/plain/path-1.0"), "/plain/path-1.0");
        assert_eq!(shell_word("liba.so.1=zlib"), "liba.so.1=zlib");
        assert_eq!(shell_word("liba;id=zlib"), "'liba;id=zlib'");
    }

    #[test]
    fn all_other_letters_remain() {
        let text = "libß-日本 \u{200b}.so.1";
        assert_eq!((&*line(text), &*lines(text)), (text, text));
    }
}
