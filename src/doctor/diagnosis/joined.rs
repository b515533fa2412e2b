//! Lines that a terminal, or whoever writes logs, has broken within a message.

/// What stands before each line of a text within another: quotations, frames, the margins of compilers and build tools.
const MARGINS: &[char] = &['>', '|', '│', '║', ' ', '\t'];

/// Reads each line of a text together with the next, and with the next two, as they were before they were broken: within a word,
/// or else at a space. `read` says whether it understands a line.
pub(super) fn read(text: &str, read: &mut dyn FnMut(&str) -> bool) {
    let lines: Vec<_> = { text.lines() }
        .map(|it| it.trim_end().trim_start_matches(MARGINS))
        .filter(|it| !it.is_empty())
        .collect();
    for at in 0..lines.len() {
        for end in at + 2..=(at + 3).min(lines.len()) {
            let parts = &lines[at..end];
            if read(&parts.concat()) || read(&parts.join(" ")) {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(text: &str, understood: &str) -> Vec<String> {
        let mut lines = Vec::new();
        read(text, &mut |it| {
            lines.push(it.to_owned());
            it == understood
        });
        lines
    }

    #[test]
    fn lines_are_joined_within_words_and_at_spaces_without_margins() {
        let all = [
            "onetwo",
            "one two",
            "onetwothree",
            "one two three",
            "twothree",
            "two three",
        ];
        assert_eq!(tried("> one\n\n> two\r\n> three", ""), all);
        assert!(tried("one", "").is_empty() && tried("", "").is_empty());
    }

    #[test]
    fn what_is_understood_is_joined_no_other_way() {
        assert_eq!(
            tried("one\ntwo\nthree", "onetwo"),
            ["onetwo", "twothree", "two three"]
        );
    }
}
