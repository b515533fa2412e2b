//! What a page says that is printed, and what is printed.
//!
//! `...` stands for anything: in a line, or, alone in one, for any lines. Hashes of store paths, sizes and dates are another each
//! time, and so is how much space is left beside them.

/// What varies, as `...`.
pub fn settled(line: &str) -> String {
    let line = without_hashes(line);
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for place in 0..words.len() {
        let is_unit = ["B", "KiB", "MiB", "GiB"]
            .iter()
            .any(|it| words[place].trim_end_matches([',', ':', ')']) == *it);
        if is_unit && place > 0 && words[place - 1].starts_with(|it: char| it.is_ascii_digit()) {
            words[place - 1] = "...".to_owned();
        }
        if is_date(&words[place]) {
            words[place] = "...".to_owned();
        }
    }
    words.join(" ")
}

/// Store paths as pages show them.
pub fn without_hashes(line: &str) -> String {
    const STORE: &str = "/nix/store/";
    let mut out = String::new();
    let mut rest = line;
    while let Some(place) = rest.find(STORE) {
        let (before, path) = rest.split_at(place + STORE.len());
        out += before;
        let is_hash = |it: &str| it.bytes().all(|it| it.is_ascii_alphanumeric());
        rest = match path.get(..32) {
            Some(hash) if is_hash(hash) && path[32..].starts_with('-') => {
                out += "...";
                &path[32..]
            }
            _ => path,
        };
    }
    out + rest
}

fn is_date(word: &str) -> bool {
    let parts: Vec<_> = word.split('-').map(str::len).collect();
    parts == [4, 2, 2] && word.bytes().all(|it| it == b'-' || it.is_ascii_digit())
}

/// Whether what was printed is what a page says.
pub fn matches(page: &[String], printed: &[String]) -> bool {
    let Some((line, others)) = page.split_first() else {
        return printed.is_empty();
    };
    if line == "..." {
        return (0..=printed.len()).any(|skipped| matches(others, &printed[skipped..]));
    }
    match printed.split_first() {
        Some((first, rest)) => line_matches(line, first) && matches(others, rest),
        None => false,
    }
}

/// How a page shows what was printed: without hashes, and without the lines that it has left out so far, as far as those
/// before and behind them are still there.
pub fn shown(page: &[String], printed: &[String]) -> Vec<String> {
    let mut shown: Vec<_> = printed.iter().map(|it| without_hashes(it)).collect();
    for (place, _) in page.iter().enumerate().filter(|(_, it)| *it == "...") {
        let start = match place {
            0 => Some(0),
            _ => shown
                .iter()
                .position(|it| line_matches(&page[place - 1], it))
                .map(|it| it + 1),
        };
        let Some(start) = start else {
            continue;
        };
        let end = match page.get(place + 1) {
            None => Some(shown.len()),
            Some(next) => {
                let behind = shown[start..].iter().position(|it| line_matches(next, it));
                behind.map(|it| start + it)
            }
        };
        if let Some(end) = end {
            shown.splice(start..end, ["...".to_owned()]);
        }
    }
    shown
}

fn line_matches(page: &str, printed: &str) -> bool {
    let (page, printed) = (spaced(&settled(page)), spaced(&settled(printed)));
    let mut parts = page.split("...");
    let Some(mut rest) = printed.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let parts: Vec<_> = parts.collect();
    let Some((last, between)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in between {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// With two spaces where there are more: columns are as wide as what is in them.
fn spaced(line: &str) -> String {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let mut line = line.to_owned();
    while let Some(place) = line[indent..].find("   ") {
        line.remove(indent + place);
    }
    line
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    fn is_same(page: &str, printed: &str) -> bool {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        matches(&lines(page), &lines(printed))
    }

    #[test]
    fn what_varies_does_not_count() {
        let path = format!("/nix/store/{}-zlib", "a".repeat(32));
        assert!(is_same(
            "from /nix/store/...-zlib now",
            &format!("from {path} now")
        ));
        assert!(is_same(
            "26    1.0 MiB  2026-01-01  x",
            "26  212.5 MiB  2027-02-02  x"
        ));
        assert!(is_same("a\n...\nd", "a\nb\nc\nd"));
        assert!(is_same("a ... d", "a b c d"));
    }

    #[test]
    fn what_a_page_leaves_out_stays_left_out() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let shown = |page: &str| shown(&lines(page), &lines("a\nb\nc\nd")).join(" ");
        assert_eq!(shown("a\n...\nd\ne"), "a ... d");
        assert_eq!(shown("...\nc\nx"), "... c d");
        assert_eq!(shown("x\nb\n..."), "a b ...");
        assert_eq!(shown("x\n...\nd"), "a b c d");
    }

    #[test]
    fn all_else_counts() {
        let path = format!("/nix/store/{}-zlib", "a".repeat(32));
        assert!(!is_same(
            "from /nix/store/...-curl",
            &format!("from {path}")
        ));
        assert!(!is_same("27 1.0 MiB", "26 1.0 MiB"));
        assert!(!is_same("  a", "a"));
        assert!(!is_same("a\n...\nd", "a\nb"));
        assert!(!is_same("a", "a\nb"));
        assert!(!is_same("a ... d", "a b c"));
        assert!(!is_same("a\nb", "a"));
    }
}
