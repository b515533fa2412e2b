//! Commands of ldshim: each that a page shows has the flags that it is given there.

use clap::Parser;
use ldshim::cli::Cli;

use super::page::{Block, pages};

/// The commands of a block: what stands behind `$ `, or a line that begins with `ldshim`; with the lines that they go on in.
fn commands(block: &Block) -> Vec<String> {
    let mut commands = Vec::new();
    let text = block.text.replace("\\\n", " ");
    for line in text.lines() {
        let line = line.strip_prefix("$ ").unwrap_or(line);
        if line.starts_with("ldshim ") {
            commands.push(line.to_owned());
        }
    }
    commands
}

/// The words of a command, as a shell makes them, without what only says where output goes and without its comment.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = None::<String>;
    let mut quote = None;
    for letter in command.chars() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, '#' | '|' | '>' | '<') if word.is_none() => break,
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[test]
fn words_are_those_of_a_shell() {
    let words = words("ldshim locate 'lib a*' \"b c\" d # e");
    assert_eq!(words, ["ldshim", "locate", "lib a*", "b c", "d"]);
}

#[test]
fn each_command_has_the_flags_that_it_is_given() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for page in pages() {
        for block in &page.blocks {
            for command in commands(block) {
                count += 1;
                if let Err(error) = Cli::try_parse_from(words(&command)) {
                    let place = format!("{}:{}", page.path.display(), block.line);
                    wrong.push(format!("{place}: {command}\n{error}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 30, "{count}");
}

#[test]
fn a_flag_that_does_not_exist_is_noticed() {
    assert!(Cli::try_parse_from(words("ldshim pin --no-such-flag ./tool")).is_err());
}
