//! A block of a page as a session: commands, each with what it prints.

use super::compare;
use crate::page::Block;

/// A command of a page, and the lines below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its lines, without the prompt.
    pub command: Vec<String>,
    pub output: Vec<String>,
    /// How many empty lines stand behind the output.
    empty: usize,
}

impl Step {
    /// The command as one line.
    pub fn line(&self) -> String {
        let lines = self
            .command
            .iter()
            .map(|it| it.trim_end_matches('\\').trim());
        lines.collect::<Vec<_>>().join(" ")
    }

    /// The same step if this is what it says that is printed; else one that says this, and leaves out what that one does.
    pub fn with(&self, mut printed: Vec<String>) -> Self {
        let full = printed.iter().rposition(|it| !it.is_empty());
        printed.truncate(full.map_or(0, |it| it + 1));
        let mut step = self.clone();
        if !compare::matches(&self.output, &printed) {
            step.output = compare::shown(&self.output, &printed);
        }
        step
    }
}

/// Whether a block is a session: it has a prompt.
pub fn is_session(block: &Block) -> bool {
    block.language.is_empty() && block.text.lines().any(|it| it.starts_with("$ "))
}

/// The steps of a session.
pub fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                command: vec![command.to_owned()],
                output: Vec::new(),
                empty: 0,
            });
        } else {
            let step = steps.last_mut().expect("a session begins with a prompt");
            let lines = if goes_on {
                &mut step.command
            } else {
                &mut step.output
            };
            lines.push(line.to_owned());
        }
        goes_on = (goes_on || line.starts_with("$ ")) && line.ends_with('\\');
    }
    for step in &mut steps {
        let full = step.output.iter().rposition(|it| !it.is_empty());
        let full = full.map_or(0, |it| it + 1);
        step.empty = step.output.len() - full;
        step.output.truncate(full);
    }
    steps
}

/// The text of a session.
pub fn text(steps: &[Step]) -> String {
    let mut lines = Vec::new();
    for step in steps {
        lines.push(format!("$ {}", step.command.join("\n")));
        lines.extend(step.output.iter().cloned());
        lines.extend(vec![String::new(); step.empty]);
    }
    lines.join("\n")
}

#[test]
fn a_session_is_read_and_written() {
    let session = "$ one \\\n    more\nprinted\n\nbelow\n\n$ two";
    let read = steps(session);
    assert_eq!(read[0].line(), "one more");
    assert_eq!(read[0].output, ["printed", "", "below"]);
    assert_eq!(read[1].output, [""; 0]);
    assert_eq!(text(&read), session);
}
