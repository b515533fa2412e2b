//! Steps, one after the other, and what became of each.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use xtask_start::Network;

/// A step of the test.
#[derive(Clone, Copy)]
pub struct Step {
    pub name: &'static str,
    /// What a failure means for the steps after it.
    pub then: Then,
    pub run: fn(Network) -> Result<()>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// They can be tried all the same.
    GoOn,
    /// They need what this one makes.
    Stop,
}

/// What happened to a step.
enum Outcome {
    Passed(Duration),
    Failed(Duration, anyhow::Error),
    NotTried,
}

/// Runs the steps in order, and says what became of each.
///
/// # Errors
/// A step failed; its name and reason are said.
pub fn run(steps: &[Step], network: Network) -> Result<()> {
    let outcomes = outcomes(steps, network);
    eprintln!();
    for (step, outcome) in steps.iter().zip(&outcomes) {
        eprintln!("{:<24} {}", step.name, outcome.text());
    }
    let failed = failed(steps, &outcomes);
    if failed.is_empty() {
        return Ok(());
    }
    // Once more, for what the steps have printed may be far above.
    for (step, outcome) in steps.iter().zip(&outcomes) {
        if let Outcome::Failed(_, error) = outcome {
            eprintln!("{}: {error:#}", step.name);
        }
    }
    bail!("failed: {}", failed.join(", "))
}

/// There is an outcome for each.
fn outcomes(steps: &[Step], network: Network) -> Vec<Outcome> {
    let mut stopped = false;
    let outcomes = steps.iter().map(|step| {
        if stopped {
            return Outcome::NotTried;
        }
        eprintln!("==> {}", step.name);
        let start = Instant::now();
        match (step.run)(network) {
            Ok(()) => Outcome::Passed(start.elapsed()),
            Err(error) => {
                eprintln!("{}: {error:#}", step.name);
                stopped = step.then == Then::Stop;
                Outcome::Failed(start.elapsed(), error)
            }
        }
    });
    outcomes.collect()
}

fn failed(steps: &[Step], outcomes: &[Outcome]) -> Vec<&'static str> {
    let both = steps.iter().zip(outcomes);
    let failed = both.filter(|(_, outcome)| matches!(outcome, Outcome::Failed(..)));
    failed.map(|(step, _)| step.name).collect()
}

impl Outcome {
    fn text(&self) -> String {
        match self {
            Outcome::Passed(time) => format!("passed {:>7.1} s", time.as_secs_f64()),
            Outcome::Failed(time, _) => format!("FAILED {:>7.1} s", time.as_secs_f64()),
            Outcome::NotTried => "not tried".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    fn passing(_: Network) -> Result<()> {
        Ok(())
    }

    fn failing(_: Network) -> Result<()> {
        bail!("as it should")
    }

    fn step(name: &'static str, then: Then, run: fn(Network) -> Result<()>) -> Step {
        Step { name, then, run }
    }

    #[test]
    fn a_failure_is_named_and_the_other_steps_are_tried() {
        let [first, second] = [
            step("first", Then::GoOn, failing),
            step("second", Then::GoOn, passing),
        ];
        let steps = [first, second];
        let outcomes = outcomes(&steps, Network::Forbidden);
        assert_eq!(failed(&steps, &outcomes), ["first"]);
        assert!(matches!(outcomes[1], Outcome::Passed(_)));
    }

    #[test]
    fn what_needs_a_failed_step_is_not_tried() {
        let second = step("second", Then::GoOn, passing);
        let steps = [step("first", Then::Stop, failing), second];
        let outcomes = outcomes(&steps, Network::Forbidden);
        assert_eq!(failed(&steps, &outcomes), ["first"]);
        assert!(matches!(outcomes[1], Outcome::NotTried));
    }
}
