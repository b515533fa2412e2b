//! Runs commands of a page: in a shell whose output is read by a pipe, or on a terminal, by somebody who answers.

use std::num::NonZero;
use std::process::Command;

use vt100::Parser;

use crate::common::Ran;
use crate::ground::{Ground, READY};
use crate::terminal::Terminal;

/// The prompt, behind [`READY`].
const PROMPT: &str = "$\x1b[0m ";
/// More than any line or session has.
const COLUMNS: u16 = 400;
const ROWS: u16 = 400;

/// Who runs the commands of a page.
pub enum By {
    /// A script: nobody is asked.
    Script,
    /// Somebody at a terminal: what is seen that asks, and the key that answers.
    Terminal(&'static str, &'static str),
}

/// Runs commands one after the other. What each prints, line by line.
pub fn run(ground: &Ground, by: &By, commands: &[String]) -> Vec<Vec<String>> {
    match by {
        By::Script => commands.iter().map(|it| script(ground, it)).collect(),
        By::Terminal(question, key) => terminal(ground, commands, question, key),
    }
}

fn script(ground: &Ground, command: &str) -> Vec<String> {
    // Both as one stream, in the order in which they are written.
    let text = format!("exec 2>&1\n{command}");
    let bash = ground.bash();
    let mut shell: Command = ground.command(&[&bash, "-c", &text]);
    let ran = Ran::of(&mut shell);
    assert_eq!(ran.stderr, "", "{ran:?}");
    ran.stdout.lines().map(str::to_owned).collect()
}

fn terminal(ground: &Ground, commands: &[String], question: &str, key: &str) -> Vec<Vec<String>> {
    let mut terminal = Terminal::of_size(&mut ground.shell(), ROWS, COLUMNS);
    let [rows, columns] = [ROWS, COLUMNS].map(|it| NonZero::new(it).unwrap());
    let mut emulator = Parser::new(rows, columns, 0);
    let (mut given, mut top) = (0, 0);
    let mut printed = Vec::new();
    terminal.sees(READY);
    terminal.sees(PROMPT);
    for command in commands {
        terminal.types(&format!("{command}\n"));
        if terminal.sees_one_of(question, READY) {
            terminal.types(key);
            terminal.sees(READY);
        }
        terminal.sees(PROMPT);
        emulator.process(&terminal.seen()[given..]);
        given = terminal.seen().len();
        let screen = emulator.screen();
        let bottom = usize::from(screen.cursor_position().0);
        let rows = screen.rows(0, COLUMNS).skip(top + 1).take(bottom - top - 1);
        printed.push(rows.map(|it| it.trim_end().to_owned()).collect());
        top = bottom;
    }
    printed
}
