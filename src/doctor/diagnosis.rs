//! What error messages mean: the first of the table that fits each line.

use super::messages::{Trap, traps};
use super::pattern;
use crate::printable;

/// A message that is known.
#[derive(Debug)]
pub struct Diagnosis {
    /// What it is about.
    pub trap: &'static Trap,
    /// The line.
    pub line: String,
    /// What the message names, by what it is: `library`, `version`, `program` and so on. Several lines with the same trap
    /// may name several.
    pub names: Vec<(String, String)>,
}

impl Diagnosis {
    /// What to do, with the names of the message.
    #[must_use]
    pub fn advice(&self) -> String {
        let mut advice = self.trap.advice.to_owned();
        for (name, value) in self.names.iter() {
            advice = advice.replace(&format!("{{{name}}}"), value);
        }
        // Where a message has no name, the placeholder in capitals remains: `ldshim locate LIBRARY`.
        for name in [
            "library",
            "version",
            "program",
            "loader",
            "symbol",
            "interpreter",
        ] {
            advice = advice.replace(&format!("{{{name}}}"), &name.to_uppercase());
        }
        advice
    }
}

/// Finds the known messages in a text, in its order, each trap once.
#[must_use]
pub fn diagnose(text: &str) -> Vec<Diagnosis> {
    let mut diagnoses: Vec<Diagnosis> = Vec::new();
    for line in text.lines() {
        let Some((trap, names)) = first(line) else {
            continue;
        };
        let names = names
            .into_iter()
            .map(|(name, value)| (name.to_owned(), printable::line(value)));
        let known = diagnoses.iter_mut().find(|it| it.trap.code == trap.code);
        match known {
            Some(known) => {
                for name in names {
                    if !known.names.contains(&name) {
                        known.names.push(name);
                    }
                }
            }
            None => diagnoses.push(Diagnosis {
                trap,
                line: printable::line(line.trim()),
                names: names.collect(),
            }),
        }
    }
    diagnoses
}

fn first(line: &str) -> Option<(&'static Trap, Vec<(&str, &str)>)> {
    traps().find_map(|trap| {
        let mut patterns = trap.patterns.iter();
        patterns
            .find_map(|it| pattern::find(it, line))
            .map(|names| (trap, names))
    })
}
