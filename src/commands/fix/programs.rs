//! Foreign programs, each of which is pinned.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};

use super::{Work, say, text};
use crate::choice::Unpinnable;
use crate::commands::pin::target::Target;
use crate::elf::Architecture;
use crate::modules::{self, Modules};
use crate::nix::Nix;
use crate::pin::{self, State};
use crate::printable;
use crate::style::Mark;
use crate::terminal::complain;

/// How programs are called that load the libraries of the tree that they are in.
const INTERPRETERS: &[&str] = &["python", "node", "ruby", "perl"];

impl Work<'_> {
    /// A program, or a directory of programs.
    pub(super) fn programs(&mut self, path: &Path) -> Result<()> {
        if !path.is_dir() {
            return self.program(path, &Modules::default());
        }
        let architecture = Architecture::of_this_machine()
            .context("there is no stub for programs of this machine")?;
        let modules = modules::find(&[path.to_owned()], architecture)?;
        ensure!(
            !modules.programs.is_empty(),
            "there is nothing to fix in {}: no virtual environment, no node_modules, and no foreign program; if a program \
             elsewhere loads the libraries in it, name that: --interpreter PROGRAM",
            path.display()
        );
        self.programs_of_tree(&modules.programs, &modules);
        Ok(())
    }

    /// Goes on with the others if one of them cannot be pinned.
    pub(super) fn programs_of_tree(&mut self, programs: &[PathBuf], modules: &Modules) {
        for program in programs {
            if let Err(error) = self.program(program, modules) {
                self.is_well = false;
                let error = format!("{error:#}");
                complain(&error);
            }
        }
    }

    /// As `ldshim pin` does.
    fn program(&mut self, path: &Path, modules: &Modules) -> Result<()> {
        let target = match Target::find(path, false) {
            Ok(target) => target,
            Err(error) => match error.downcast_ref::<Unpinnable>() {
                Some(Unpinnable::OwnLoader(_)) => return Err(of_the_store(path)),
                _ => return Err(error),
            },
        };
        let name = target.name();
        let loads = INTERPRETERS.iter().any(|it| name.starts_with(it));
        let target = match loads {
            true => Target {
                modules: modules.clone(),
                ..target
            },
            false => target,
        };
        let missing = target.missing()?;
        if missing.needs.is_empty() {
            let said = format!("{}: finds all of its libraries", path.display());
            return say(&Mark::Fine.line(&said));
        }
        let name = path.display().to_string();
        let said = Mark::Wrong.line(&text::missing(&name, &missing.needs));
        say(&(said + &text::preset(&target, &missing.needs)?))?;
        let outcome = self.rounds(&target).run(missing.needs)?;
        self.selections.clone_from(&outcome.selections);
        ensure!(
            outcome.report.starts(),
            text::still_wrong(&target, &outcome.report)
        );
        if !self.args.dry_run {
            let state = State::of_user()?;
            let written = pin::write(&outcome.recipe, &state, &Nix::find()?, false)?;
            say(&text::written(&target, &written, None))?;
        }
        Ok(())
    }
}

fn of_the_store(path: &Path) -> anyhow::Error {
    anyhow!(
        "{} is no foreign program: it names a loader of its own, and finds its own libraries; if the modules that it loads \
         lack some, name the folder that has them: ldshim fix DIR --interpreter {}",
        path.display(),
        printable::shell_word(path)
    )
}
