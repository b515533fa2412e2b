//! The measuring: the loaders take turns, start by start.

use std::ffi::CString;

use anyhow::{Context, Result};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

use super::program::Program;
use super::starter::{Exec, Start, Starter};
use super::variant::Variant;

/// Starts that are not counted: they bring files into memory.
const WARM_UP: u32 = 5;

/// All starts of one program by one loader.
pub struct Samples(Vec<Start>);

/// A process per loader.
pub struct Starters(Vec<(String, Starter)>);

impl Starters {
    /// Starts the processes, on one processor, so that none has to wake another one up.
    ///
    /// # Errors
    /// As [`Starter::new`].
    pub fn new(variants: &[Variant], programs: &[Program]) -> Result<Self> {
        stay_on_one_processor().context("cannot stay on one processor")?;
        let starters = variants.iter().map(|variant| {
            let execs: Result<Vec<_>> = programs
                .iter()
                .map(|program| exec(variant, program))
                .collect();
            Ok((variant.name.clone(), Starter::new(&variant.root, &execs?)?))
        });
        Ok(Self(starters.collect::<Result<_>>()?))
    }

    /// Lets each loader start the program with this index `runs` times.
    ///
    /// # Errors
    /// One cannot start it.
    pub fn measure(&mut self, program: u8, runs: u32) -> Result<Vec<Samples>> {
        let mut samples: Vec<_> = self.0.iter().map(|_| Samples(Vec::new())).collect();
        for round in 0..runs + WARM_UP {
            for turn in 0..self.0.len() {
                // Each loader comes first, second and so on equally often.
                let index = (turn + round as usize) % self.0.len();
                let (name, starter) = &mut self.0[index];
                let start = starter
                    .start(program)
                    .with_context(|| format!("with the loader \"{name}\""))?;
                if round >= WARM_UP {
                    samples[index].0.push(start);
                }
            }
        }
        Ok(samples)
    }
}

fn exec(variant: &Variant, program: &Program) -> Result<Exec> {
    let words = program.words.iter().map(|&word| CString::new(word));
    let environment = variant.environment(program);
    let environment = environment
        .into_iter()
        .map(|(name, value)| CString::new(format!("{name}={value}")));
    Ok(Exec {
        words: words.collect::<Result<_, _>>()?,
        environment: environment.collect::<Result<_, _>>()?,
    })
}

fn stay_on_one_processor() -> nix::Result<()> {
    let this_process = Pid::from_raw(0);
    let allowed = sched_getaffinity(this_process)?;
    let is_allowed = |&processor: &usize| allowed.is_set(processor).unwrap_or(false);
    let mut one = CpuSet::new();
    // The last one: the first often has the interrupts.
    one.set((0..CpuSet::count()).rev().find(is_allowed).unwrap_or(0))?;
    sched_setaffinity(this_process, &one)
}

impl Samples {
    /// Lets one process start programs with these indices in turns, `runs` times each.
    ///
    /// # Errors
    /// It cannot start one.
    pub fn in_turns(starter: &mut Starter, programs: &[u8], runs: u32) -> Result<Vec<Self>> {
        let mut samples: Vec<_> = programs.iter().map(|_| Self(Vec::new())).collect();
        for round in 0..runs + WARM_UP {
            for (program, samples) in programs.iter().zip(&mut samples) {
                let start = starter.start(*program)?;
                if round >= WARM_UP {
                    samples.0.push(start);
                }
            }
        }
        Ok(samples)
    }

    /// The time that this share of the starts did not exceed, in nanoseconds: 0 is the minimum, 0.5 the median.
    pub fn time(&self, share: f64) -> u64 {
        quantile(self.0.iter().map(|start| start.nanoseconds), share)
    }

    /// The median of the minor faults.
    pub fn faults(&self) -> u64 {
        quantile(self.0.iter().map(|start| start.minor_faults), 0.5)
    }
}

fn quantile<T: Ord + Copy + Default>(values: impl Iterator<Item = T>, share: f64) -> T {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable();
    let last = values.len().saturating_sub(1);
    let index = (last as f64 * share).round() as usize;
    values.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_in_order() {
        let values = [30, 10, 20, 50, 40];
        let at = |share| quantile(values.into_iter(), share);
        assert_eq!([at(0.0), at(0.5), at(1.0)], [10, 30, 50]);
        assert_eq!(quantile(std::iter::empty::<u64>(), 0.5), 0);
    }
}
