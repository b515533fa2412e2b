//! Whether a command printed what a page shows.

/// A line with `0` in place of what differs from machine to machine: versions, sizes, dates, identities; and with columns as wide
/// as one space.
fn shape(line: &str) -> String {
    let words = line.split_inclusive(|it: char| !it.is_ascii_alphanumeric() && !".+~".contains(it));
    let shape: String = words.map(without_numbers).collect();
    shape.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A word, and what stands behind it, with `0` for all from its first digit on; an identity is a number from its first letter on.
fn without_numbers(word: &str) -> String {
    let is_part = |it: char| it.is_ascii_alphanumeric() || ".+~".contains(it);
    let (word, behind) = word.split_at(word.find(|it| !is_part(it)).unwrap_or(word.len()));
    let is_identity = word.len() == 16 && word.bytes().all(|it| it.is_ascii_hexdigit());
    match word.find(|it: char| it.is_ascii_digit()) {
        _ if is_identity => format!("0{behind}"),
        Some(at) => format!("{}0{behind}", &word[..at]),
        None => format!("{word}{behind}"),
    }
}

/// Whether these lines are those, where `...` alone on a line stands for any number of lines.
pub fn is_shown(shown: &str, printed: &str) -> bool {
    let shown: Vec<_> = shown.trim().lines().map(shape).collect();
    let printed: Vec<_> = printed.trim().lines().map(shape).collect();
    matches(&shown, &printed)
}

fn matches(shown: &[String], printed: &[String]) -> bool {
    match (shown.split_first(), printed.split_first()) {
        (None, _) => printed.is_empty(),
        (Some((first, rest)), _) if first == "..." => {
            (0..=printed.len()).any(|left_out| matches(rest, &printed[left_out..]))
        }
        (Some((first, rest)), Some((line, others))) => first == line && matches(rest, others),
        (Some(_), None) => false,
    }
}

pub fn another_line_is_noticed() {
    assert!(!is_shown("one\ntwo\n", "one\nthree\n"));
    assert!(!is_shown("one\n", "one\ntwo\n"));
    assert!(!is_shown("one\n...\nthree\n", "one\ntwo\n"));
    assert!(!is_shown(
        "from zlib (/nix/store/...-zlib-1)",
        "from zlib-ng (/nix/store/...-zlib-ng-1)"
    ));
}

pub fn versions_hashes_and_what_is_left_out_are_not() {
    assert!(is_shown(
        "libz.so.1  /nix/store/...-zlib-1.3.1/lib",
        "libz.so.1 /nix/store/...-zlib-1.2.13.dfsg/lib"
    ));
    assert!(is_shown("state/c561f3aa7232f2bd", "state/0123456789abcdef"));
    assert!(is_shown("state/c561f3aa7232f2bd", "state/abcdef6789abcdef"));
    assert!(is_shown("one\n...\nthree\n", "one\ntwo\ntwo\nthree\n"));
}
