//! Names in braces, in the values of directives.

use crate::build::{Built, musl_loader};
use crate::common::{Plan, platform};
use crate::directives::{Run, Stub};
use crate::glibc;

/// What the names in braces stand for.
pub struct Names([(&'static str, String); 9]);

impl Names {
    /// Names of a test; those of the cache plan, if there is no plan.
    pub fn new(built: &Built, plan: Option<Plan>) -> Self {
        let library_env = built.library_env(plan.unwrap_or(Plan::Cache));
        let platform = platform();
        Self([
            ("{D}", library_env.to_owned()),
            ("{glibc}", glibc::path().join("lib").display().to_string()),
            ("{glibc-loader}", glibc::loader().display().to_string()),
            ("{musl}", musl_loader().display().to_string()),
            ("{loader}", built.loader.display().to_string()),
            (
                "{loader-path}",
                platform.architecture.loader_path.to_owned(),
            ),
            (
                "{other-loader}",
                platform.other_loader().display().to_string(),
            ),
            ("{system}", platform.system()),
            ("{other-system}", platform.other_system().to_owned()),
        ])
    }

    fn replace(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.0 {
            text = text.replace(name, value);
        }
        text
    }

    /// The run with names replaced.
    pub fn resolve(&self, run: &Run) -> Run {
        let mut run = run.clone();
        let replace_all = |texts: &mut Vec<String>| {
            for text in texts {
                *text = self.replace(text);
            }
        };
        replace_all(&mut run.environment);
        replace_all(&mut run.command);
        for text in [&mut run.expected.stdout, &mut run.expected.stderr] {
            let lines = std::mem::take(&mut text.lines);
            for line in lines {
                if line == "{environment}" {
                    text.lines.extend_from_slice(&run.environment);
                } else {
                    text.lines.push(line);
                }
            }
            for texts in [&mut text.lines, &mut text.has, &mut text.lacks] {
                replace_all(texts);
            }
            // QEMU turns the environment around.
            let is_entry = |line: &String| run.environment.contains(line);
            text.in_any_order = platform().needs_emulation() && text.lines.iter().any(is_entry);
        }
        if let Stub::Baked {
            loader,
            library_dir,
            musl_loader,
            musl_library_dir,
            ..
        } = &mut run.stub
        {
            for path in [loader, library_dir, musl_loader, musl_library_dir]
                .into_iter()
                .flatten()
            {
                *path = self.replace(path);
            }
        }
        run
    }
}
