//! Starts cases on the old kernel and says how they ended.

use std::path::Path;

use crate::common::machine::{Archive, Machine, Outcome, outcome};

/// A program to be started: a line of `/cases`, see `init.c`.
pub struct Case {
    /// The path of the stub that is put in the place of the loader.
    pub stub: String,
    /// The path of the library environment.
    pub library_env: &'static str,
    /// The program and its arguments.
    pub command: Vec<&'static str>,
}

/// Starts the kernel with this root, which has `init.c` as `/init`. There is one outcome per case.
pub fn run(mut root: Archive, cases: &[Case]) -> Vec<Outcome> {
    let line = |case: &Case| {
        format!(
            "{} {} {}\n",
            case.stub,
            case.library_env,
            case.command.join(" ")
        )
    };
    let lines: String = cases.iter().map(line).collect();
    root.file(Path::new("/cases"), lines.as_bytes());
    // For all cases. A machine that nobody else uses needs a few seconds.
    let machine = Machine {
        mebibytes: 256,
        seconds: 300,
        kernel_arguments: String::new(),
    };
    let console = machine.console(root);
    assert!(
        console.contains("end of cases"),
        "it ended early:\n{console}"
    );
    (0..cases.len())
        .map(|number| outcome(&console, &format!("case {number}")))
        .collect()
}
