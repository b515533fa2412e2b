//! The directives of one run.

use anyhow::{Context, Result, bail, ensure};

use super::{Run, Stub};
use crate::common::Plan;
use crate::outcome::{Ending, Expected, Text};

const UNKNOWN: &str = "unknown directive of a run; tests/behaviour/main.rs lists them under \"What is run\" and \
                       \"What is to be seen\". What is built stands before the first run";

impl Run {
    pub(super) fn new() -> Self {
        Self {
            name: String::new(),
            is_control: false,
            since_glibc: None,
            needs_short_cache_path: false,
            plan: None,
            environment: Vec::new(),
            command: vec!["/t/main".to_owned()],
            argv0: None,
            argc_is_0: false,
            as_nobody: false,
            directory: "/t".to_owned(),
            stack_limit: None,
            stub: Stub::AsBuilt,
            not_emulated: None,
            expected: Expected::default(),
        }
    }

    /// The plans to run it with: `None` stands for a run that has no `{D}`.
    pub fn plans(&self) -> Vec<Option<Plan>> {
        let baked = match &self.stub {
            Stub::Baked {
                loader,
                library_dir,
                ..
            } => [loader, library_dir].map(Option::as_deref),
            Stub::None | Stub::AsBuilt => [None, None],
        };
        let mut texts = self.environment.iter().chain(&self.command);
        let uses_plan = texts.any(|text| text.contains("{D}"))
            || baked.into_iter().flatten().any(|text| text.contains("{D}"));
        match self.plan {
            Some(plan) => vec![Some(plan)],
            None if uses_plan => Plan::ALL.map(Some).to_vec(),
            None => vec![None],
        }
    }

    pub(super) fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let words = || value.split_whitespace().map(str::to_owned);
        match key {
            "plan" => {
                let plans = [("cache", Plan::Cache), ("environment", Plan::Environment)];
                let plan = plans.into_iter().find(|(name, _)| *name == value);
                self.plan = Some(plan.context("no such plan")?.1);
            }
            "since-glibc" => {
                let minor = value.strip_prefix("2.").context("it is not 2.x")?;
                self.since_glibc = Some(minor.parse()?);
            }
            "glibc" => {
                ensure!(value == "of-a-distribution", "no other can be asked for");
                self.needs_short_cache_path = true;
            }
            "env" => self.environment.push(value.to_owned()),
            "env-fill" => self.fill_environment(value)?,
            "command" => self.command = words().collect(),
            "argv0" => (self.argv0, self.argc_is_0) = (Some(value.to_owned()), false),
            "argc" => {
                ensure!(value == "0", "only 0 can be asked for");
                self.argc_is_0 = true;
            }
            "user" => {
                ensure!(value == "nobody", "only nobody can be asked for");
                self.as_nobody = true;
            }
            "directory" => self.directory = value.to_owned(),
            "stack-limit" => {
                self.stack_limit = Some(match value {
                    "unlimited" => libc::RLIM_INFINITY,
                    mebibytes => mebibytes.parse::<u64>()? << 20,
                });
            }
            "stub" => self.stub = Stub::parse(value)?,
            "not-emulated" => {
                ensure!(!value.is_empty(), "there is no reason");
                self.not_emulated = Some(value.to_owned());
            }
            "exit" => self.expected.ending = Ending::Exit(value.parse()?),
            "signal" => self.expected.ending = Ending::Signal(value.parse()?),
            "not-started" => self.expected.ending = Ending::NotStarted(value.to_owned()),
            _ => {
                let (stream, how) = key.split_once('-').unwrap_or((key, ""));
                let text = match stream {
                    "stdout" => &mut self.expected.stdout,
                    "stderr" => &mut self.expected.stderr,
                    _ => bail!(UNKNOWN),
                };
                add_to(text, how, value)?;
            }
        }
        Ok(())
    }

    fn fill_environment(&mut self, value: &str) -> Result<()> {
        let numbers = value.split_once(' ').context("two numbers are needed")?;
        let (count, length): (usize, usize) = (numbers.0.parse()?, numbers.1.parse()?);
        for index in 0..count {
            let mut entry = format!("F{index}=");
            entry.push_str(&"x".repeat(length.saturating_sub(entry.len())));
            self.environment.push(entry);
        }
        Ok(())
    }
}

fn add_to(text: &mut Text, how: &str, value: &str) -> Result<()> {
    let list = match how {
        "" => &mut text.lines,
        "has" => &mut text.has,
        "lacks" => &mut text.lacks,
        _ => bail!(UNKNOWN),
    };
    list.push(value.to_owned());
    Ok(())
}

impl Stub {
    fn parse(value: &str) -> Result<Self> {
        if value == "none" {
            return Ok(Self::None);
        }
        let mut words = value.split_whitespace();
        let mut path = || words.next().filter(|&path| path != "-").map(str::to_owned);
        Ok(Self::Baked {
            loader: path(),
            library_dir: path(),
            musl_loader: path(),
            musl_library_dir: path(),
            on_demand: path(),
            tool: path(),
        })
    }
}
