//! The demo's voice. It has colours on a terminal, unless NO_COLOR is set: `anstream` sees to that.

use anstream::{eprintln, println};
use anstyle::{AnsiColor, Style};

const HEADING: Style = AnsiColor::Cyan.on_default().bold();
const COMMAND: Style = Style::new().bold();
const QUOTE: Style = AnsiColor::Yellow.on_default();
const GOOD: Style = AnsiColor::Green.on_default();

/// The title of what follows.
pub fn heading(text: &str) {
    println!("\n{HEADING}{text}{HEADING:#}");
}

/// A sentence.
pub fn say(text: &str) {
    println!("{text}");
}

/// A sentence about something that went well.
pub fn good(text: &str) {
    println!("{GOOD}{text}{GOOD:#}");
}

/// A command line as one would type it.
pub fn command(words: &[&str], environment: &[(&str, &str)]) {
    let environment = environment
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    let words: Vec<_> = environment
        .chain(words.iter().map(|&word| word.to_owned()))
        .collect();
    println!("  {COMMAND}$ {}{COMMAND:#}", words.join(" "));
}

/// What a program has printed.
pub fn quote(text: &str) {
    for line in text.lines() {
        println!("    {QUOTE}{line}{QUOTE:#}");
    }
}

/// What is being done, for whoever waits. It is no part of the story.
pub fn progress(text: &str) {
    eprintln!("{text}");
}
