//! Lines of any shape: they are read to the end, without harm

use ldshim::doctor::{diagnose, speakers, traps};
use proptest::prelude::*;

/// Pieces of which messages consist, and what may come between them.
fn piece() -> impl Strategy<Value = String> {
    let patterns: Vec<&str> = { traps().flat_map(|it| it.patterns) }
        .chain(speakers().flat_map(|it| it.patterns))
        .copied()
        .collect();
    let texts = patterns
        .into_iter()
        .flat_map(|it| it.split(['{', '}']))
        .map(str::to_owned);
    let texts: Vec<String> = texts.filter(|it| !it.is_empty()).collect();
    let between = [
        "\"",
        "'",
        "`",
        "‘",
        "’",
        "\\",
        "\\n",
        "\\\"",
        "\n",
        "\r",
        "\x1b[",
        "\x1b]0;",
        "{\"",
        "\":\"",
        "\"}",
        ": ",
        " ",
        "/",
        "./a b",
        "é",
        "\u{0}",
        "[1]",
        ": line 3: ",
        "sh: 1: ",
        "ENOENT",
        "Permission denied",
        "\u{fffd}",
        "(",
        ")",
    ];
    prop_oneof![
        prop::sample::select(texts),
        prop::sample::select(between.to_vec()).prop_map(str::to_owned),
        "\\PC{0,5}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn any_line_is_read(pieces in prop::collection::vec(piece(), 0..12)) {
        let text = pieces.concat();
        for found in diagnose(&text) {
            let shown = found.line + &found.names.iter().map(|it| it.1.as_str()).collect::<String>() + found.trap.code;
            prop_assert!(!shown.contains(char::is_control), "{:?}", shown);
            prop_assert!(found.names.iter().all(|it| !it.1.is_empty()), "{:?}", text);
        }
    }
}

#[test]
fn long_lines_are_read_as_fast_as_many_short_ones() {
    let words = "x".repeat(1 << 20) + ": y: \"z: Permission denied: No such file or directory, ";
    let line = words.clone() + &": a: Permission denied".repeat(20_000) + &words;
    assert!(diagnose(&line).is_empty());
    let escaped = "{\"a\":\"".to_owned() + &"\\\"bash: ./a: Permission denied\\n".repeat(20_000);
    assert_eq!(diagnose(&escaped).len(), 1);
}
