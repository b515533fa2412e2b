//! Names within messages: without the quotes around them, and what they may be names of.

use super::errors;

/// Pairs of quotes that messages put around names.
const QUOTES: &[(char, char)] = &[
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('`', '\''),
    ('‘', '’'),
    ('“', '”'),
    ('«', '»'),
];

/// How the names of files end that are read and not executed.
#[rustfmt::skip]
const DATA: &[&str] = &[
    "bz2", "c", "cc", "cert", "cfg", "conf", "cpp", "crt", "css", "csv", "d", "db", "gif", "gz", "h", "hpp", "htm",
    "html", "ini", "java", "jpeg", "jpg", "json", "jsonc", "key", "kt", "lock", "log", "md", "mk", "o", "pdf", "pem",
    "pid", "png", "pub", "rs", "service", "sock", "socket", "sqlite", "svg", "tar", "tgz", "tmp", "toml", "ts", "tsv",
    "tsx", "txt", "xml", "xz", "yaml", "yml", "zip", "zst",
];

/// Folders of devices, settings and sockets, which nobody executes.
const OTHERS: &[&str] = &[
    "/dev/",
    "/proc/",
    "/sys/",
    "/etc/",
    "/run/",
    "/var/run/",
    "/var/log/",
    "/usr/include/",
];

/// The closing quotes that may end what this one begins.
pub(super) fn mates(opening: char) -> impl Iterator<Item = char> {
    QUOTES
        .iter()
        .filter(move |it| it.0 == opening)
        .map(|it| it.1)
}

/// The opening quotes that may begin what this one ends.
pub(super) fn openings(closing: char) -> impl Iterator<Item = char> {
    QUOTES
        .iter()
        .filter(move |it| it.1 == closing)
        .map(|it| it.0)
}

/// What stands in quotes, if all of `text` does.
pub(super) fn quoted(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    let inner = &text[first.len_utf8()..];
    mates(first)
        .find_map(|mate| inner.strip_suffix(mate))
        .filter(|it| !it.is_empty())
}

/// A name without the quotes around all of it, and without the backslashes that stand before quotes in it.
pub(super) fn unquoted(text: &str) -> String {
    match quoted(text) {
        Some(inner) if inner.contains('\\') => {
            let inner = inner.replace("'\\''", "'");
            ["\\\"", "\\'", "\\\\"]
                .iter()
                .fold(inner, |name, it| name.replace(it, &it[1..]))
        }
        Some(inner) => inner.to_owned(),
        None => text.to_owned(),
    }
}

/// The program of a command line.
pub(super) fn first_word(line: &str) -> &str {
    let line = line.trim_start();
    let in_quotes = line.chars().next().and_then(|first| {
        let rest = &line[first.len_utf8()..];
        mates(first).find_map(|mate| rest.split_once(mate))
    });
    match in_quotes {
        Some((word, _)) => word,
        None => line.split(char::is_whitespace).next().unwrap_or(line),
    }
}

/// Whether a name is a path that can only be one: `/x y`, `./x`, `bin/x`, but not `cannot open /x`.
pub(super) fn is_path(name: &str) -> bool {
    let Some((first, rest)) = name.split_once('/') else {
        return false;
    };
    let is_plain = |it: char| !it.is_whitespace() && !":\"'`()[]{}<>|=,;".contains(it);
    let is_url = first.is_empty() && rest.starts_with('/');
    !is_url && first.chars().all(is_plain)
}

/// Whether a name may be that of a command in PATH.
pub(super) fn is_command(name: &str) -> bool {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "._+-@".contains(it);
    let mut letters = name.chars();
    letters.next().is_some_and(|it| it.is_ascii_alphanumeric()) && letters.all(is_plain)
}

/// Whether a file of this name may well be a program: it is not called like data, does not lie where only others do, and is not
/// the end of one message with the beginning of another.
pub(super) fn may_be_program(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let extension = file.rsplit_once('.').map_or("", |it| it.1);
    let lies_elsewhere = OTHERS.iter().any(|it| name.starts_with(it));
    let is_data = DATA.contains(&extension.to_ascii_lowercase().as_str());
    !file.is_empty() && !lies_elsewhere && !is_data && !errors::texts().any(|it| name.contains(it))
}

/// Where the word begins that ends at `end`. A word ends at spaces, and at what messages are put into.
pub(super) fn word_start(text: &str, end: usize) -> usize {
    let ends = |it: char| it.is_whitespace() || "\"'`‘“([<>|".contains(it);
    let before = text[..end].char_indices().rev();
    { before }
        .find(|it| ends(it.1))
        .map_or(0, |(at, letter)| at + letter.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_around_a_name_are_taken_off_with_what_they_need_in_it() {
        for (text, name) in [
            ("'./a b'", "./a b"),
            ("\"/a\\\"b\"", "/a\"b"),
            ("`x'", "x"),
            ("‘x’", "x"),
            ("“x”", "x"),
            ("'it'\\''s'", "it's"),
            ("./a", "./a"),
            ("'a", "'a"),
            ("''", "''"),
        ] {
            assert_eq!(unquoted(text), name);
        }
    }

    #[test]
    fn a_command_line_begins_with_its_program() {
        for (line, program) in [
            ("rustc -vV", "rustc"),
            ("'/x y/rustc' -vV", "/x y/rustc"),
            ("/x/build-script-build", "/x/build-script-build"),
            ("'a", "'a"),
        ] {
            assert_eq!(first_word(line), program);
        }
    }

    #[test]
    fn paths_are_told_from_sentences() {
        for path in ["/a", "./a", "../x y/z", "bin/a b: c", "~/x"] {
            assert!(is_path(path), "{path}");
        }
        for text in ["a", "cannot open /x", "cd: /x", "//host/x", "unix:/x", ""] {
            assert!(!is_path(text), "{text}");
        }
    }

    #[test]
    fn data_and_devices_are_no_programs() {
        for name in ["/srv/tool", "x.AppImage", "run.sh", "a.x86_64", ".hidden"] {
            assert!(may_be_program(name), "{name}");
        }
        for name in [
            "config.json",
            "/x/a.TXT",
            "/dev/kvm",
            "/proc/1/mem",
            "/a/",
            "/a: Permission denied sh: /b",
        ] {
            assert!(!may_be_program(name), "{name}");
        }
    }
}
