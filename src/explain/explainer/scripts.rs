//! Scripts: their interpreters, and what `env` starts for them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Depth, Explainer};
use crate::exec::{self, Line, Reason, Refusal, Role};
use crate::explain::{Kind, Problem, Report, env, kernel};
use crate::launcher::{self, Script};

/// A script that `env` starts for a script, and so on so often, comes back to itself.
const MOST_ENVS: usize = 20;

impl Explainer<'_> {
    /// Explains what runs a script: its interpreter, if it `goes_on` with that, and what `env` starts then.
    pub(super) fn explain_script(
        &self,
        path: &Path,
        line: &Line,
        depth: Depth,
        goes_on: bool,
    ) -> Report {
        let interpreter = Path::new(&line.interpreter);
        let mut problems = Vec::new();
        let mut reports = Vec::new();
        let mut add = |explained: Result<Report>, name: &OsStr| match explained {
            Ok(report) => reports.push(report),
            Err(_) => problems.push(Problem::NoInterpreter(name.to_owned())),
        };
        let nested = Depth {
            scripts: depth.scripts + 1,
            ..depth
        };
        if goes_on && depth.scripts < exec::MOST_INTERPRETERS {
            add(
                self.explain_nested(interpreter, nested, None),
                &line.interpreter,
            );
            if interpreter.file_name() == Some(OsStr::new("env")) {
                match self.started_by_env(line, depth) {
                    Ok(Some(program)) => {
                        let envs = depth.envs + 1;
                        let explained = self.explain_by_name(&program, Depth { scripts: 0, envs });
                        add(explained, program.as_os_str());
                    }
                    Ok(None) => {}
                    Err(refusal) => problems.push(Problem::Refused(refusal)),
                }
            }
        }
        if reports.iter().any(|report| !report.starts()) {
            problems.push(Problem::OfInterpreter);
        }
        let kind = Kind::Script(interpreter.to_owned(), reports);
        let mut report = Report::new(path, kind, problems);
        if depth == Depth::default() && !self.is_for_tree {
            let looked = launcher::look(path, &self.settings.environment);
            report.launch = match looked {
                Ok(Script::Shell(launch)) => Some(launch),
                _ => None,
            };
        }
        report
    }

    /// The program that `env` starts for a script with this first line.
    fn started_by_env(&self, line: &Line, depth: Depth) -> Result<Option<PathBuf>, Refusal> {
        let argument = line.argument.as_deref();
        let refused =
            |name: &OsStr, reason| Err(Refusal::new(Path::new(name), Role::ByEnv, reason));
        let (name, path) = match env::started(argument, |name| self.variable(name)) {
            env::Started::Program { name, path } => (name, path),
            env::Started::Nothing => return Ok(None),
            env::Started::Unknown(option) => return refused(&option, Reason::EnvUsage),
            env::Started::Script => {
                return refused(argument.unwrap_or_default(), Reason::StartsItself);
            }
        };
        if depth.envs == MOST_ENVS {
            return refused(&name, Reason::StartsItself);
        }
        let path = path.unwrap_or_else(|| self.variable("PATH"));
        let bytes = name.as_bytes();
        match self.search(&name, path.as_deref()) {
            Some(program) => Ok(Some(program)),
            None if bytes.ends_with(b"\r") => refused(&name, Reason::CarriageReturn),
            None if bytes.contains(&b' ') && argument == Some(&name) => {
                refused(&name, Reason::OneWord)
            }
            None => refused(&name, Reason::NotThere),
        }
    }

    /// Explains a program that is started by execvp(3), which lets the shell run what the kernel does not know.
    fn explain_by_name(&self, path: &Path, depth: Depth) -> Result<Report> {
        let report = self.explain_nested(path, depth, None)?;
        let is_text = |it: &Problem| match it {
            Problem::Refused(it) => [Reason::NoFormat, Reason::Empty].contains(&it.reason),
            _ => false,
        };
        if !report.problems.iter().any(is_text) {
            return Ok(report);
        }
        let shell = Line {
            interpreter: "/bin/sh".into(),
            argument: None,
        };
        Ok(self.explain_script(path, &shell, depth, true))
    }

    pub(super) fn search(&self, name: &OsStr, path: Option<&OsStr>) -> Option<PathBuf> {
        exec::search(name, path, &kernel::loaders(self.settings))
    }
}
