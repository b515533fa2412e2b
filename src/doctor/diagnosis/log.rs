//! Lines of logs: how messages are put into them.
//!
//! A message may stand in a line as it is, or within a string of JSON, within quotes with backslashes, with colours, with line
//! ends written as `\n`. Each way to read a line is tried, the most exact first.

use std::borrow::Cow;

use serde_json::{Deserializer, Value};

/// How often a string may hold a log that holds a string.
const DEEPEST: usize = 4;

/// Reads a line of a log in each way until one is understood. `holds` says whether a text may hold a message; `understand` takes
/// a single line, and says whether it is one.
pub(super) fn read(
    line: &str,
    holds: &dyn Fn(&str) -> bool,
    understand: &mut dyn FnMut(&str) -> bool,
) {
    Reader { holds, understand }.text(line, DEEPEST);
}

struct Reader<'r> {
    holds: &'r dyn Fn(&str) -> bool,
    understand: &'r mut dyn FnMut(&str) -> bool,
}

impl Reader<'_> {
    /// A text of some lines, in which strings may be `depth` deep. Says whether anything was understood, as the others do.
    fn text(&mut self, text: &str, depth: usize) -> bool {
        let mut is_understood = false;
        for line in text.split(['\n', '\r']) {
            if !(self.holds)(line) {
                continue;
            }
            let is_plain = memchr::memchr3(b'\\', b'"', 0x1b, line.as_bytes()).is_none();
            is_understood |= if is_plain || depth == 0 {
                (self.understand)(line.trim())
            } else {
                self.json(line, depth) || self.quotes(line, depth) || self.line(line)
            };
        }
        is_understood
    }

    /// The strings of an object of JSON in the line, and what stands around it.
    fn json(&mut self, line: &str, depth: usize) -> bool {
        let Some(start) = line.find("{\"") else {
            return false;
        };
        let mut values = Deserializer::from_str(&line[start..]).into_iter::<Value>();
        let Some(Ok(value)) = values.next() else {
            return false;
        };
        let mut is_understood = false;
        strings(&value, &mut |it| is_understood |= self.text(it, depth - 1));
        let end = start + values.byte_offset();
        for around in [&line[..start], &line[end..]] {
            is_understood |= self.text(around, depth - 1);
        }
        is_understood
    }

    /// What stands in double quotes, where a message is in there.
    fn quotes(&mut self, line: &str, depth: usize) -> bool {
        let mut is_understood = false;
        let mut rest = line;
        while let Some(start) = memchr::memchr(b'"', rest.as_bytes()) {
            let body = &rest[start + 1..];
            let Some(end) = closing(body) else {
                break;
            };
            if (self.holds)(&body[..end]) {
                is_understood |= self.text(&unescaped(&body[..end]), depth - 1);
            }
            rest = &body[end + 1..];
        }
        is_understood
    }

    /// The line without colours, and with line ends where it writes `\n`.
    fn line(&mut self, line: &str) -> bool {
        let text = without_colours(line);
        let mut is_understood = false;
        for line in written_out(&text).lines() {
            is_understood |= (self.holds)(line) && (self.understand)(line.trim());
        }
        is_understood
    }
}

fn strings(value: &Value, each: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => each(text),
        Value::Array(values) => values.iter().for_each(|it| strings(it, each)),
        Value::Object(fields) => fields.values().for_each(|it| strings(it, each)),
        _ => {}
    }
}

/// Where the quotes end: at the first that has no backslash before it.
fn closing(body: &str) -> Option<usize> {
    let mut is_escaped = false;
    body.bytes().position(|it| {
        let ends = it == b'"' && !is_escaped;
        is_escaped = it == b'\\' && !is_escaped;
        ends
    })
}

/// A string of JSON, C, Go or Rust: as JSON has it, or else the few escapes that all of them have.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return text.into();
    }
    match serde_json::from_str::<String>(&format!("\"{text}\"")) {
        Ok(text) => text.into(),
        Err(_) => written_out(text).replace("\\\\", "\\").into(),
    }
}

/// What `\n`, `\r\n`, `\t`, `\"`, and the same with a second backslash before them, stand for.
fn written_out(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return text.into();
    }
    let mut text = Cow::Borrowed(text);
    for (written, letter) in [
        ("\\\\n", "\n"),
        ("\\n", "\n"),
        ("\\r\n", "\n"),
        ("\\t", "\t"),
        ("\\\\\"", "\""),
        ("\\\"", "\""),
    ] {
        if text.contains(written) {
            text = text.replace(written, letter).into();
        }
    }
    text
}

/// Without the control sequences of terminals: ECMA-48's CSI, and the titles of xterm.
fn without_colours(line: &str) -> Cow<'_, str> {
    if !line.contains('\x1b') {
        return line.into();
    }
    let mut parts = line.split('\x1b');
    let mut text = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let rest = if let Some(sequence) = part.strip_prefix('[') {
            sequence
                .find(|it| ('@'..='~').contains(&it))
                .map(|at| &sequence[at + 1..])
        } else if let Some(title) = part.strip_prefix(']') {
            title.find('\x07').map(|at| &title[at + 1..])
        } else {
            Some(part.strip_prefix('\\').unwrap_or(part))
        };
        text.push_str(rest.unwrap_or(""));
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a log that hold "message", as they are read.
    fn lines(log: &str) -> Vec<String> {
        let mut found = Vec::new();
        read(log, &|it| it.contains("message"), &mut |line| {
            found.push(line.to_owned());
            line.contains("message:")
        });
        found
    }

    #[test]
    fn plain_lines_are_taken_as_they_are() {
        assert_eq!(lines(" message: a\\b \n other"), ["message: a\\b"]);
    }

    #[test]
    fn strings_of_json_are_read_also_within_each_other() {
        let log = r#"x {"a":{"b":["message: /a b \u0027c\u0027\nmessage: d\n"]},"n":1}"#;
        assert_eq!(lines(log), ["message: /a b 'c'", "message: d"]);
        let log = r#"{"log":"{\"msg\":\"message: \\\"x\\\"\"}\n"}"#;
        assert_eq!(lines(log), ["message: \"x\""]);
    }

    #[test]
    fn what_stands_in_quotes_is_read_and_else_the_line() {
        let log = r#"[ERROR] "stderr" "message: /home/server\nNixOS cannot""#;
        assert_eq!(lines(log), ["message: /home/server"]);
        let log = r#"level=error msg="message: exec \"/a\": no" x"#;
        assert_eq!(lines(log), ["message: exec \"/a\": no"]);
        assert_eq!(lines("message: \"a\": b"), ["message: \"a\": b"]);
    }

    #[test]
    fn colours_and_written_line_ends_are_taken_out() {
        assert_eq!(lines("\x1b[31mmessage: a\x1b[0m"), ["message: a"]);
        assert_eq!(lines("\x1b]0;title\x07message: a"), ["message: a"]);
        assert_eq!(
            lines(r"b'message: a\nmessage: b\n'"),
            ["b'message: a", "message: b"]
        );
    }

    #[test]
    fn broken_strings_do_no_harm() {
        for log in [
            "{\"message",
            "\"message",
            "\\",
            "message \\",
            "\x1b[message",
            "{\"a\":\"message\\",
            "é\"message\\é\"",
        ] {
            lines(log);
        }
    }
}
