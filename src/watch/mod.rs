//! What a program and all processes that it starts look for, open and execute, and whether they find it.
//!
//! The processes are traced by ptrace(2). A seccomp filter stops them at system calls that name a file and at no others, so
//! that they run nearly as fast as untraced ones. What is not seen: files that are opened through io_uring, and what
//! processes of other architectures than Linux runs here natively do.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use nix::errno::Errno;

mod calls;
mod filter;
mod processes;
mod signals;
mod start;
mod tracee;

/// What a process does with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Access {
    /// It opens it, for reading only.
    Read,
    /// It opens it for writing, makes it, or gives its name to something: by renaming or linking.
    Write,
    /// It executes it.
    Execute,
    /// The kernel loads it along with what is executed: the interpreter of a program.
    Interpreter,
    /// It asks whether it is there, what it is, or where a link leads.
    Look,
}

/// One look at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What was done.
    pub access: Access,
    /// The path as it was named, made absolute by the process's directory; in the process's root.
    pub path: PathBuf,
    /// The file that was opened or executed: `path` with all links followed. None for [`Access::Look`] and for failures.
    pub file: Option<PathBuf>,
    /// Why it failed, if it did.
    pub error: Option<Errno>,
    /// The program of the process that did it.
    pub by: PathBuf,
}

/// What was seen of a command.
#[derive(Debug)]
pub struct Watched {
    /// In the order of time.
    pub seen: Vec<Seen>,
    /// How the command itself ended, as wait(2) has it.
    pub ending: Ending,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With this exit status.
    Exit(u8),
    /// By this signal.
    Signal(i32),
}

impl Ending {
    /// The exit status with which a shell would speak of it.
    #[must_use]
    pub fn status(self) -> u8 {
        match self {
            Ending::Exit(status) => status,
            // Signals are numbered from 1 to 64.
            Ending::Signal(signal) => 128 + signal as u8,
        }
    }
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ending::Exit(status) => write!(f, "exit status {status}"),
            Ending::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

/// Runs a command, which keeps this process's terminal, and watches it and all its descendants until the last of them has ended.
/// Signals that this process gets meanwhile are passed on to the command. Setuid programs among them start without
/// their privileges, as under every tracer without privileges.
///
/// The command's standard input and outputs must not be pipes of [`std::process::Stdio::piped`], for nobody would read them.
///
/// # Errors
/// It cannot be started, or the system does not let it be traced.
pub fn watch(command: &mut Command) -> Result<Watched> {
    // Signals are passed on to one command.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _others = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let started = start::start(command)?;
    let mut passed_on = signals::pass_on(started.pid);
    let watched = processes::follow(started.pid, || passed_on.stop())?;
    started.executed()?;
    Ok(watched)
}
