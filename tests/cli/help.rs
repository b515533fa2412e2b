//! `ldshim` alone, and the help of all commands.

use std::process::Command;

use clap::Command as Parser;
use ldshim::cli::command;

use crate::terminal::screen;

const HEADING: &str = "\nExamples:\n";

/// All commands, those of commands too, with the words that call them.
fn all() -> Vec<(String, Parser)> {
    let mut open = vec![("ldshim".to_owned(), command())];
    let mut all = Vec::new();
    while let Some((words, parser)) = open.pop() {
        for it in parser.get_subcommands() {
            open.push((format!("{words} {}", it.get_name()), it.clone()));
        }
        all.push((words, parser));
    }
    // `ldshim` itself has an example for each of the commands that it names first.
    all.retain(|it| it.0 != "ldshim");
    all
}

/// The examples at the end of a help, if they are the last that it has.
fn examples(help: &str) -> Vec<String> {
    let Some((_, examples)) = help.split_once(HEADING) else {
        return Vec::new();
    };
    let lines = examples.lines().map(|it| it.strip_prefix("  "));
    let lines: Option<Vec<_>> = lines.collect();
    lines
        .unwrap_or_default()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// The words of an example, as a shell makes them.
fn words(example: &str) -> Vec<String> {
    let command = example.split(" > ").next().unwrap_or_default();
    let script = format!("for it in {command}; do echo \"$it\"; done");
    let shell = Command::new("sh").args(["-c", &script]).output();
    let said = shell.expect("a shell").stdout;
    let said = String::from_utf8(said).expect("text");
    said.lines().map(str::to_owned).collect()
}

fn can_be_parsed(example: &str) -> bool {
    command().try_get_matches_from(words(example)).is_ok()
}

#[test]
fn each_help_ends_with_two_examples_that_can_be_typed() {
    let all = all();
    assert!(all.len() > 25, "{}", all.len());
    for (words, mut parser) in all {
        let help = parser.render_long_help().to_string();
        let examples = examples(help.trim_end());
        assert_eq!(examples.len(), 2, "{words}: {help}");
        for example in examples {
            assert!(example.starts_with(&words), "{words}: {example}");
            assert!(can_be_parsed(&example), "{words}: {example}");
        }
    }
}

#[test]
fn what_is_no_example_is_noticed() {
    assert!(examples("Options:\n  -h\n").is_empty());
    assert!(examples("x\nExamples:\n  ldshim pins\nand more").is_empty());
    assert!(!can_be_parsed("ldshim pin --no-such-flag ./program"));
    assert!(!can_be_parsed("ldshim no-such-command"));
}

fn ldshim() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    command.env_clear();
    command
}

#[test]
fn alone_it_shows_first_what_most_people_need() {
    let output = ldshim().output().unwrap();
    let help = ldshim().arg("--help").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stderr, help.stdout);
    let text = String::from_utf8(help.stdout).unwrap();
    let mut rest = &*text;
    for next in [
        "\n  run ",
        "ldshim run ./program\n",
        "\n  explain ",
        "ldshim explain ./program\n",
        "\n  pin ",
        "ldshim pin ./program\n",
        "\n  fix ",
        "ldshim fix .venv\n",
        "\n  doctor ",
        "ldshim doctor\n",
        "\n  bundle ",
        "\n  completions ",
    ] {
        let at = rest
            .find(next)
            .unwrap_or_else(|| panic!("{next:?}: {text}"));
        rest = &rest[at..];
    }
    for example in text
        .lines()
        .filter(|it| it.starts_with("               ldshim "))
    {
        assert!(can_be_parsed(example.trim()), "{example}");
    }
}

#[test]
fn it_fits_into_a_terminal() {
    for columns in [60, 80, 120, 200] {
        let seen = screen(ldshim().env("NO_COLOR", "1"), columns);
        assert!(seen.contains("  completions"), "{seen}");
        for line in seen.lines() {
            assert!(line.chars().count() <= columns.into(), "{columns}: {line}");
        }
    }
    let wide = screen(ldshim().env("NO_COLOR", "1"), 200);
    assert!(wide.lines().any(|it| it.chars().count() > 80), "{wide}");
}
