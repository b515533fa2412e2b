//! Each pattern of the table, filled with names: it leads to its row, and none before it takes its messages

use ldshim::doctor::{diagnose, speakers, traps};

/// What the program is called. Where nothing known stands before it, it has no colon: it would be told from there on.
fn program(pattern: &str) -> &'static str {
    if pattern.starts_with("{program:object") {
        "/srv/My Games/tool"
    } else if pattern.contains("{program:word") {
        "/srv/tool"
    } else {
        "/srv/My Games: x/tool"
    }
}

/// A message of a pattern.
fn message(pattern: &str) -> String {
    let program = program(pattern);
    let pattern = pattern.replace("{{", "\u{1}");
    let mut text = String::new();
    let mut rest = pattern.as_str();
    while let Some((before, hole)) = rest.split_once('{') {
        let (hole, after) = hole.split_once('}').expect("the end of a hole");
        text.push_str(before);
        let (name, kind) = hole.split_once(':').unwrap_or((hole, ""));
        text.push_str(&match (name, kind) {
            ("error", _) => "No such file or directory".to_owned(),
            ("@bash", _) => "bash: line 1: ".to_owned(),
            ("@dash", _) => "sh: 1: ".to_owned(),
            ("@zsh", _) => "zsh:1: ".to_owned(),
            ("@make", _) => "make: ".to_owned(),
            ("@sentence", _) => "failed to start ".to_owned(),
            ("@nameless", _) => "failed to start process: ".to_owned(),
            ("@bare", _) => "Error: ".to_owned(),
            (_, "number") => "2".to_owned(),
            (_, "driver") => "libcuda.so.1".to_owned(),
            (_, "driver-finder") => "libGL.so.1".to_owned(),
            (_, "command") => "tool".to_owned(),
            ("program", "quoted") => format!("\"{program}\""),
            ("program", "command-line") => format!("`'{program}' -V`"),
            ("program", _) => program.to_owned(),
            ("library", "" | "object" | "library") => "libx.so.1".to_owned(),
            (_, "" | "object" | "word") => "x".to_owned(),
            (_, "path") => "./x".to_owned(),
            (_, "quoted") => "`x'".to_owned(),
            (_, beginning) => format!("{beginning}1"),
        });
        rest = after;
    }
    // A line ends without spaces.
    let end = if rest.ends_with(' ') { "x" } else { "" };
    (text + rest + end).replace('\u{1}', "{")
}

#[test]
fn each_pattern_of_a_trap_leads_to_it() {
    let mut wrong = Vec::new();
    for trap in traps() {
        for pattern in trap.patterns {
            let message = message(pattern);
            let found: Vec<_> = { diagnose(&message).into_iter() }
                .map(|it| (it.trap.code, it.certainty))
                .collect();
            if found != [(trap.code, trap.certainty)] {
                wrong.push(format!("{}, {pattern}: {message}: {found:?}", trap.code));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_pattern_of_a_speaker_names_the_program() {
    let mut wrong = Vec::new();
    for speaker in speakers() {
        for pattern in speaker.patterns {
            let message = message(pattern);
            let mut names = Vec::new();
            if pattern.contains("{program") {
                names.push(("program".to_owned(), program(pattern).to_owned()));
            }
            let found: Vec<_> = { diagnose(&message).into_iter() }
                .map(|it| (it.trap.code, it.certainty, it.names))
                .collect();
            if found != [("no-such-file", speaker.certainty, names)] {
                wrong.push(format!("{}, {pattern}: {message}: {found:?}", speaker.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
