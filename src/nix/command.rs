//! One command of Nix: started, waited for until the deadline, its failure told in its own words.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::Nix;
use super::log::{Log, Said, Work};
use crate::{bar, interrupt, loader_variables, printable, terminal};

/// How many lines of a failed command's messages are told.
const LINES_TOLD: usize = 6;

/// How often a command with a deadline is asked whether it has ended.
const PATIENCE: Duration = Duration::from_millis(5);

/// How long a command may take to end when it is asked to.
const GRACE: Duration = Duration::from_millis(500);

/// What becomes of a command's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Messages {
    /// They are shown as they come: progress.
    Shown,
    /// What comes into the store is shown as a bar, warnings and errors as they come.
    Bar,
    /// They are told if the command fails.
    Kept,
}

/// What a command did.
pub(super) struct Outcome {
    status: ExitStatus,
    /// What it printed to stdout.
    pub(super) printed: String,
    /// What it printed to stderr, if that was kept.
    pub(super) messages: String,
}

impl Outcome {
    /// Whether it succeeded.
    pub(super) fn is_success(&self) -> bool {
        self.status.success()
    }

    /// What it printed, if it succeeded; else an error with the last lines of its messages.
    pub(super) fn success(self, name: &str) -> Result<String> {
        if self.is_success() {
            return Ok(self.printed);
        }
        let lines: Vec<_> = self.messages.lines().map(str::trim_end).collect();
        let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        let last = lines[lines.len().saturating_sub(LINES_TOLD)..].join("\n  ");
        let what = match self.status.code() {
            Some(code) => format!("{name} failed with status {code}"),
            None => format!("{name} ended by a signal ({})", self.status),
        };
        bail!(if last.is_empty() {
            what
        } else {
            format!("{what}:\n  {last}")
        })
    }
}

impl Nix {
    /// A command, for instance `nix-store`.
    pub(super) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.directory.join(name));
        // Whatever Nix starts is not to be pinned on the way.
        command.env("NIX_LD_ON_DEMAND", "0");
        // What is set for a program that is pinned may be an obstacle for Nix.
        loader_variables::remove(&mut command);
        command
    }

    /// Runs a command to its end, with this text as its input.
    pub(super) fn run(
        &self,
        mut command: Command,
        input: &str,
        messages: Messages,
    ) -> Result<Outcome> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(if input.is_empty() {
            Stdio::null()
        } else {
            Stdio::piped()
        });
        command.stdout(Stdio::piped());
        command.stderr(match messages {
            Messages::Shown => Stdio::inherit(),
            Messages::Kept | Messages::Bar => Stdio::piped(),
        });
        if messages == Messages::Bar {
            command.args(["--log-format", "internal-json"]);
        }
        if self.deadline.is_some() {
            // So that it can be ended with all that it starts. It no longer gets the signals of the terminal then.
            command.process_group(0);
        }
        end_with_this_process(&mut command);
        let operation = || format!("cannot run {name}");
        let mut child = command.spawn().with_context(operation)?;
        let printed = reader(child.stdout.take());
        let told = match messages {
            Messages::Bar => child.stderr.take().map(show),
            _ => reader(child.stderr.take()),
        };
        if let Some(mut stdin) = child.stdin.take() {
            // A command that reads no input says by itself what is wrong.
            let _ = stdin.write_all(input.as_bytes());
        }
        let status = self.wait(&mut child).with_context(operation)?;
        Ok(Outcome {
            status,
            printed: text(printed).with_context(operation)?,
            messages: text(told).with_context(operation)?,
        })
    }

    /// Waits for the end of a command, and at the deadline ends it with all that it has started.
    fn wait(&self, child: &mut Child) -> Result<ExitStatus> {
        let Some(deadline) = self.deadline else {
            return Ok(child.wait()?);
        };
        if let Some(status) = wait_until(child, deadline)? {
            return Ok(status);
        }
        let group = Pid::from_raw(i32::try_from(child.id())?);
        // Errors mean that it has ended just now. Nix ends its builds, which are no part of the group, if it is
        // asked to.
        let _ = killpg(group, Signal::SIGTERM);
        if wait_until(child, Instant::now() + GRACE)?.is_none() {
            let _ = killpg(group, Signal::SIGKILL);
            child.wait()?;
        }
        bail!("it took longer than it may, and was ended");
    }
}

/// The status of a command that ends in time.
fn wait_until(child: &mut Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        let status = child.try_wait()?;
        if status.is_some() || Instant::now() >= deadline {
            return Ok(status);
        }
        thread::sleep(PATIENCE);
    }
}

/// Has a command end when this process does: what it does is of no use to anybody then.
pub(super) fn end_with_this_process(command: &mut Command) {
    interrupt::for_child(command);
    // SAFETY: the closure makes one system call and nothing else.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(|| Ok(set_pdeathsig(Signal::SIGTERM)?))
    };
}

/// Shows what a command says, in a thread; none of it is kept.
fn show(stderr: ChildStderr) -> JoinHandle<io::Result<Vec<u8>>> {
    thread::spawn(move || {
        let bar = bar::of_bytes("getting packages", 0);
        let mut log = Log::of(Work::Copies);
        for line in BufReader::new(stderr).split(b'\n') {
            match log.read(&String::from_utf8_lossy(&line?)) {
                Said::Progress { bytes, total } if total > 0 => {
                    bar.set_length(total);
                    bar.set_position(bytes);
                }
                Said::Text(text) => {
                    let text = printable::lines(&text);
                    bar.suspend(|| terminal::tell(&format!("{text}\n")));
                }
                Said::Progress { .. } | Said::Nothing => {}
            }
        }
        bar.finish_and_clear();
        Ok(Vec::new())
    })
}

/// Reads all that comes, in a thread: a command that nobody listens to would wait.
fn reader(source: Option<impl Read + Send + 'static>) -> Option<JoinHandle<io::Result<Vec<u8>>>> {
    let mut source = source?;
    Some(thread::spawn(move || {
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes).map(|_| bytes)
    }))
}

fn text(reader: Option<JoinHandle<io::Result<Vec<u8>>>>) -> Result<String> {
    let Some(reader) = reader else {
        return Ok(String::new());
    };
    let bytes = reader
        .join()
        .map_err(|_| anyhow!("a thread has failed"))??;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
