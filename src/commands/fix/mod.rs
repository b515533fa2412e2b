//! `ldshim fix` and `ldshim unfix`

use std::env;
use std::process::ExitCode;

use anyhow::{Result, anyhow};

use super::pin::rounds::{Rounds, Unclear};
use super::pin::target::Target;
use super::pin::text;
use super::report as say;
use crate::choice::Selection;
use crate::cli::FixArgs;
use crate::fix;
use crate::modules::Modules;
use crate::printable;

mod case;
mod interpreter;
mod programs;
mod proof;
mod undo;
mod words;

pub(super) use undo::run as unfix;

/// What one call does, whatever it finds in the tree.
struct Work<'a> {
    args: &'a FixArgs,
    /// What its user has decided so far: the same question is asked once.
    selections: Vec<Selection>,
    /// Whether all that can be found is found.
    is_well: bool,
}

pub(super) fn run(args: &FixArgs) -> Result<ExitCode> {
    let mut work = Work {
        args,
        selections: args.select.clone(),
        is_well: true,
    };
    work.run()
        .map_err(|error| anyhow!(printable::lines(&format!("{error:#}"))))?;
    Ok(match work.is_well {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

impl Work<'_> {
    fn run(&mut self) -> Result<()> {
        let path = &self.args.path;
        let search_path = env::var_os("PATH");
        let search_path = search_path.as_deref();
        let places = match &self.args.interpreter {
            Some(program) => vec![fix::given(path, program, search_path)?],
            None => fix::places(path, search_path)?,
        };
        if places.is_empty() {
            return self.programs(path);
        }
        for place in places {
            let programs = self.interpreter(place)?;
            self.programs_of_tree(&programs, &Modules::default());
        }
        Ok(())
    }

    /// How packages are chosen for a program.
    fn rounds<'t>(&self, target: &'t Target) -> Rounds<'t> {
        let mut rounds = Rounds::new(target, self.selections.clone());
        rounds.nixpkgs.clone_from(&self.args.nixpkgs);
        rounds.again = text::Again::new("ldshim fix", &self.args.path);
        rounds.is_dry = self.args.dry_run;
        rounds.may_leave = true;
        rounds.offers_index = true;
        rounds.unclear = Unclear::of(self.args.yes);
        rounds.say = say;
        rounds
    }
}
