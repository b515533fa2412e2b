//! A script in the place of a program: what to pin in its place.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Error, anyhow};

use crate::explain::{Kind, Report};
use crate::launcher::{self, Launch, Script};
use crate::printable;

/// If this is a script: why it cannot be pinned, and what can.
pub(super) fn refusal(report: &Report, environment: &[(OsString, OsString)]) -> Option<Error> {
    let Kind::Script(interpreter, reports) = &report.kind else {
        return None;
    };
    let name = report.path.display();
    let looked = match launcher::look(&report.path, environment) {
        Ok(looked) => looked,
        Err(error) => return Some(anyhow!("cannot read the script {name}: {error}")),
    };
    let text = match looked {
        Script::Shell(launch) if launch.is_empty() => nothing_found(&launch),
        Script::Shell(launch) => starts(&launch.programs),
        Script::Other(_) => runs(interpreter, reports.last()),
    };
    Some(anyhow!("cannot pin {name}: it is a script, {text}"))
}

fn starts(programs: &[PathBuf]) -> String {
    let names: Vec<_> = programs.iter().map(|it| it.display().to_string()).collect();
    let mut text = format!("which starts {}; pin that:", names.join(" and "));
    match programs {
        [program] => _ = write!(text, " ldshim pin {}", printable::shell_word(program)),
        programs => {
            for program in programs {
                _ = write!(text, "\n  ldshim pin {}", printable::shell_word(program));
            }
        }
    }
    text
}

fn nothing_found(launch: &Launch) -> String {
    format!("and {}; pin the program that it starts", launch.untold())
}

/// A script of another language is a program's data: the program that runs it may be what is missing something.
fn runs(interpreter: &Path, report: Option<&Report>) -> String {
    match report {
        Some(report) => {
            let program = &report.path;
            format!(
                "which {} runs; pin that: ldshim pin {}. What the script itself starts or loads was not looked at",
                program.display(),
                printable::shell_word(program)
            )
        }
        None => format!("and {}, which runs it, is not there", interpreter.display()),
    }
}
