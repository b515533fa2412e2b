//! A session on a terminal, and what somebody would have seen of it: with a rhythm of its own, whatever time things took.

use std::num::NonZero;

use vt100::Parser;

use super::screen::Screen;
use crate::ground::{Ground, READY};
use crate::terminal::Terminal;

/// The terminal's size.
pub const ROWS: u16 = 26;
pub const COLUMNS: u16 = 100;

/// How many rows are kept: more than a session has, so that none is lost.
const KEPT: NonZero<u16> = NonZero::new(200).unwrap();

/// How long a key takes, in milliseconds.
const KEY: u32 = 60;
/// The same of a line that is printed.
const LINE: u32 = 120;
/// The same of what happens before a key and behind the last one.
const BREATH: u32 = 500;

/// The prompt, behind [`READY`].
const PROMPT: &str = "$\x1b[0m ";

/// A picture, and how long it stays, in milliseconds.
#[derive(Clone, Debug)]
pub struct Frame {
    pub screen: Screen,
    pub stays: u32,
}

/// See above.
pub struct Session {
    terminal: Terminal,
    emulator: Parser,
    /// How much the emulator has been given.
    given: usize,
    frames: Vec<Frame>,
}

impl Session {
    /// A shell, ready for a command.
    pub fn start(ground: &Ground) -> Self {
        let mut session = Self {
            terminal: Terminal::of_size(&mut ground.shell(), ROWS, COLUMNS),
            emulator: Parser::new(KEPT, NonZero::new(COLUMNS).unwrap(), 0),
            given: 0,
            frames: Vec::new(),
        };
        session.sees_prompt();
        let screen = session.screen();
        session.shows(screen, BREATH);
        session
    }

    /// Nothing happens.
    pub fn waits(&mut self, millis: u32) {
        self.last().stays += millis;
    }

    /// Somebody types a line, key by key.
    pub fn types(&mut self, text: &str) {
        self.terminal.types(text);
        self.terminal.sees(text);
        let before = self.last().screen.clone();
        let screen = self.screen();
        let (row, start) = before.cursor;
        for column in start + 1..=start + text.len() {
            let mut typed = screen.clone();
            typed.rows[row].truncate(column);
            typed.cursor = (row, column);
            self.shows(typed, KEY);
        }
        self.waits(BREATH);
    }

    /// The line is entered, and what it starts ends.
    pub fn enters(&mut self, to_read: u32) {
        self.terminal.types("\n");
        self.sees_prompt();
        self.prints(to_read);
    }

    /// The line is entered, and what it starts asks.
    pub fn enters_until(&mut self, question: &str, to_read: u32) {
        self.terminal.types("\n");
        self.terminal.sees(question);
        self.prints(to_read);
    }

    /// A question is answered, and what has asked it ends.
    pub fn answers(&mut self, keys: &str, to_read: u32) {
        self.terminal.types(keys);
        self.sees_prompt();
        self.prints(to_read);
    }

    /// All that was seen.
    pub fn frames(self) -> Vec<Frame> {
        self.frames
    }

    fn last(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("there is a first one")
    }

    fn sees_prompt(&mut self) {
        self.terminal.sees(READY);
        self.terminal.sees(PROMPT);
    }

    fn screen(&mut self) -> Screen {
        let seen = self.terminal.seen();
        self.emulator.process(&seen[self.given..]);
        self.given = seen.len();
        Screen::of(self.emulator.screen())
    }

    /// What was printed appears, line by line.
    fn prints(&mut self, to_read: u32) {
        let before = self.last().screen.clone();
        let screen = self.screen();
        let differs = |row: &usize| before.rows[*row] != screen.rows[*row];
        let first = (0..screen.rows.len())
            .find(differs)
            .unwrap_or(screen.cursor.0);
        for row in first..screen.cursor.0 {
            let mut printed = screen.clone();
            for later in &mut printed.rows[row + 1..] {
                later.clear();
            }
            printed.cursor = (row + 1, 0);
            self.shows(printed, LINE);
        }
        self.shows(screen, to_read);
    }

    fn shows(&mut self, screen: Screen, stays: u32) {
        self.frames.push(Frame { screen, stays });
    }
}
