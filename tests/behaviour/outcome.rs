//! What is to be seen of a run, and what was seen.

use std::fmt::{self, Display, Formatter};

/// What is to be seen.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    pub ending: Ending,
    pub stdout: Text,
    pub stderr: Text,
}

/// How a run ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Exit(i32),
    Signal(i32),
    /// The kernel's error, in words.
    NotStarted(String),
}

impl Default for Ending {
    fn default() -> Self {
        Self::Exit(0)
    }
}

/// What is to be seen in a stream.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// All of its lines.
    pub lines: Vec<String>,
    /// Whether they may be in any order.
    pub in_any_order: bool,
    /// Texts in it.
    pub has: Vec<String>,
    /// Texts that are not in it.
    pub lacks: Vec<String>,
}

/// What was seen.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub ending: Ending,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Expected {
    /// What is different in `outcome`; `None` if nothing is.
    pub fn difference(&self, outcome: &Outcome) -> Option<String> {
        if self.ending != outcome.ending {
            return Some(format!("expected: {}", self.ending));
        }
        let in_stdout = self.stdout.difference(&outcome.stdout);
        let in_stderr = || self.stderr.difference(&outcome.stderr);
        in_stdout
            .map(|difference| format!("stdout: {difference}"))
            .or_else(|| in_stderr().map(|difference| format!("stderr: {difference}")))
    }
}

impl Text {
    fn difference(&self, bytes: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(bytes);
        if let Some(missing) = self.has.iter().find(|it| !text.contains(*it)) {
            return Some(format!("expected somewhere: {missing}"));
        }
        if let Some(present) = self.lacks.iter().find(|it| text.contains(*it)) {
            return Some(format!("not expected: {present}"));
        }
        let is_whole = !self.lines.is_empty() || (self.has.is_empty() && self.lacks.is_empty());
        let mut whole: String = self.lines.iter().flat_map(|line| [line, "\n"]).collect();
        let mut text = text.into_owned();
        if self.in_any_order {
            (whole, text) = (sort_lines(&whole), sort_lines(&text));
        }
        if !is_whole || whole == text {
            return None;
        }
        let mut pairs = whole.split_inclusive('\n').zip(text.split_inclusive('\n'));
        let same = pairs.by_ref().take_while(|(a, b)| a == b).count();
        let expected = whole.lines().nth(same).unwrap_or("the end");
        Some(format!(
            "line {}: expected: {}",
            same + 1,
            shorten(expected)
        ))
    }
}

impl Display for Ending {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exit(status) => write!(f, "exit status {status}"),
            Self::Signal(signal) => write!(f, "killed by signal {signal}"),
            Self::NotStarted(error) => write!(f, "cannot be started: {error}"),
        }
    }
}

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ending)?;
        for (name, bytes) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            let text = String::from_utf8_lossy(bytes);
            write!(f, "\n{name}:")?;
            for line in text.lines().take(60) {
                write!(f, "\n  {}", shorten(line))?;
            }
        }
        Ok(())
    }
}

fn sort_lines(text: &str) -> String {
    let mut lines: Vec<_> = text.split_inclusive('\n').collect();
    lines.sort_unstable();
    lines.concat()
}

/// The beginning of a long line.
fn shorten(line: &str) -> String {
    let short: String = line.chars().take(400).collect();
    if short == line { short } else { short + "..." }
}
