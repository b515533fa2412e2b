//! All threads of a command and its descendants, from stop to stop: ptrace(2).
#![allow(
    unsafe_code,
    reason = "waitpid(2) with flags that the crate nix does not have"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::unistd::Pid;

use super::calls::{self, Argument, Does};
use super::tracee::{Entry, Resume, Tracee};
use super::{Access, Ending, Seen, Watched};

/// Follows a traced command until it and all its descendants have ended.
///
/// # Errors
/// The system does not say how it ended.
pub fn follow(command: Pid, mut on_end: impl FnMut()) -> Result<Watched> {
    let mut processes = Processes::default();
    let mut ending = None;
    while let Some((tracee, status)) = wait() {
        let ended = if libc::WIFEXITED(status) {
            Some(Ending::Exit(libc::WEXITSTATUS(status) as u8))
        } else if libc::WIFSIGNALED(status) {
            Some(Ending::Signal(libc::WTERMSIG(status)))
        } else {
            None
        };
        let Some(ended) = ended else {
            processes.stopped(tracee, status);
            continue;
        };
        processes.pending.remove(&tracee);
        if tracee.0 == command {
            ending = Some(ended);
            on_end();
        }
    }
    Ok(Watched {
        seen: processes.seen,
        ending: ending.context("the system does not say how the command ended")?,
    })
}

/// The next thread that has stopped or ended. None if there are no more.
fn wait() -> Option<(Tracee, i32)> {
    loop {
        let mut status = 0;
        // All threads, but no child that another thread of this process has started. The nix crate reads no status with a
        // real-time signal.
        // SAFETY: the kernel writes an int to where the pointer leads.
        let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
        match Errno::result(pid) {
            Ok(pid) => return Some((Tracee(Pid::from_raw(pid)), status)),
            Err(Errno::EINTR) => {}
            Err(_) => return None,
        }
    }
}

#[derive(Default)]
struct Processes {
    seen: Vec<Seen>,
    /// What threads are about to learn the result of.
    pending: BTreeMap<Tracee, Pending>,
}

struct Pending {
    seen: Seen,
    does: Does,
}

impl Processes {
    fn stopped(&mut self, tracee: Tracee, status: i32) {
        let signal = libc::WSTOPSIG(status);
        match status >> 16 {
            libc::PTRACE_EVENT_SECCOMP => {
                if let Some(pending) = tracee.entry().and_then(|it| pending(tracee, &it)) {
                    self.pending.insert(tracee, pending);
                }
                self.resume(tracee, 0);
            }
            libc::PTRACE_EVENT_EXEC => {
                self.executed(tracee);
                self.resume(tracee, 0);
            }
            libc::PTRACE_EVENT_STOP => match signal {
                libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU => {
                    tracee.resume(Resume::Listen, 0);
                }
                // A new thread, or one that goes on after such a stop.
                _ => self.resume(tracee, 0),
            },
            // PTRACE_O_TRACESYSGOOD: the end of a call.
            0 if signal == libc::SIGTRAP | 0x80 => {
                self.ended(tracee);
                self.resume(tracee, 0);
            }
            0 => self.resume(tracee, signal),
            _ => self.resume(tracee, 0),
        }
    }

    fn resume(&self, tracee: Tracee, signal: i32) {
        let how = match self.pending.contains_key(&tracee) {
            true => Resume::ToEnd,
            false => Resume::Run,
        };
        tracee.resume(how, signal);
    }

    /// A call has ended.
    fn ended(&mut self, tracee: Tracee) {
        let Some(Pending { mut seen, does }) = self.pending.remove(&tracee) else {
            return;
        };
        match tracee.result() {
            // ERESTARTSYS to ERESTART_RESTARTBLOCK, include/linux/errno.h: a signal came, and the call is made again.
            None => return,
            Some(Err(512..=516)) => return,
            Some(Err(number)) => seen.error = Some(Errno::from_raw(number)),
            Some(Ok(result)) => match does {
                Does::Open | Does::Open2 | Does::Create => {
                    seen.file = tracee.file(result as i32);
                }
                Does::Name => seen.file = named(&seen.path),
                Does::Execute | Does::Look => {}
            },
        }
        self.seen.push(seen);
    }

    /// A process executes a program now. Its other threads are gone, and the one that asked for it has the process's number.
    fn executed(&mut self, tracee: Tracee) {
        let asked = tracee.event().map(|number| Pid::from_raw(number as i32));
        let pending = asked.and_then(|asked| self.pending.remove(&Tracee(asked)));
        self.pending.remove(&tracee);
        let Some(Pending { seen, .. }) = pending else {
            return;
        };
        let program = tracee.program();
        self.seen.push(Seen {
            file: program.clone(),
            ..seen
        });
        let by = program.unwrap_or_default();
        for file in tracee.mapped() {
            if file != by {
                self.seen.push(Seen {
                    access: Access::Interpreter,
                    path: file.clone(),
                    file: Some(file),
                    error: None,
                    by: by.clone(),
                });
            }
        }
    }
}

/// What a thread is about to do.
fn pending(tracee: Tracee, entry: &Entry) -> Option<Pending> {
    let call = calls::find(entry.architecture, entry.number)?;
    let (directory, index) = match call.names {
        Argument::Path => (libc::AT_FDCWD, 0),
        // A descriptor is an int: the other half of the register does not count.
        Argument::At => (entry.arguments[0] as i32, 1),
        Argument::SecondPath => (libc::AT_FDCWD, 1),
        Argument::SecondAt => (entry.arguments[2] as i32, 3),
        Argument::TargetAndAt => (entry.arguments[1] as i32, 2),
    };
    let path = tracee.path(entry.arguments[index])?;
    let flags = entry.arguments[index + 1];
    let access = match call.does {
        Does::Look => Access::Look,
        Does::Execute => Access::Execute,
        Does::Create | Does::Name => Access::Write,
        Does::Open => opens(flags),
        Does::Open2 => opens(tracee.word(flags)?),
    };
    Some(Pending {
        seen: Seen {
            access,
            path: absolute(tracee, directory, path, call.does)?,
            file: None,
            error: None,
            by: tracee.program().unwrap_or_default(),
        },
        does: call.does,
    })
}

/// What an open with these flags does.
fn opens(flags: u64) -> Access {
    let changes = libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC;
    match flags as i32 & changes {
        0 => Access::Read,
        _ => Access::Write,
    }
}

/// A name that something has got just now, with the links to its folder followed: the name itself may be a link.
fn named(path: &Path) -> Option<PathBuf> {
    let folder = path.parent()?.canonicalize().ok()?;
    Some(folder.join(path.file_name()?))
}

/// None for a call that only asks about an open file, by an empty path.
fn absolute(tracee: Tracee, directory: i32, path: PathBuf, does: Does) -> Option<PathBuf> {
    if path.is_absolute() {
        return Some(path);
    }
    let directory = tracee.file(directory);
    if path.as_os_str().is_empty() {
        return directory.filter(|_| does == Does::Execute);
    }
    Some(directory.unwrap_or_default().join(path))
}
