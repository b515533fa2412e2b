//! Starting a command that is traced from its first instruction.
#![allow(unsafe_code, reason = "between fork and exec a child may do little")]

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow};
use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork};

use super::filter::Filter;
use crate::interrupt;

/// A command that was started.
pub struct Started {
    /// Its process, which is traced, and runs.
    pub pid: Pid,
    name: String,
    /// Gets the system's reason if it executes no program, and is closed when it does.
    failure: PipeReader,
}

/// Starts a command.
///
/// # Errors
/// There can be no further process, or it cannot be traced.
pub fn start(command: &mut Command) -> Result<Started> {
    let name = Path::new(command.get_program()).display().to_string();
    let (traced, tracer) = pipe().context("cannot make a pipe")?;
    let (failure, failed) = pipe().context("cannot make a pipe")?;
    interrupt::for_child(command);
    add_filter(command);
    // SAFETY: the child executes a program or ends. Until then it uses the allocator, whose locks glibc's fork makes usable
    // in the child, and no other lock that another thread may hold.
    match unsafe { fork() }.context("cannot make a process")? {
        ForkResult::Child => {
            drop((tracer, failure));
            become_command(command, traced, failed)
        }
        ForkResult::Parent { child } => {
            drop((traced, failed));
            seize(child, tracer)?;
            Ok(Started {
                pid: child,
                name,
                failure,
            })
        }
    }
}

impl Started {
    /// To be asked when its process has ended.
    ///
    /// # Errors
    /// It never executed its program.
    pub fn executed(mut self) -> Result<()> {
        let mut errno = [0; size_of::<i32>()];
        match self.failure.read_exact(&mut errno) {
            Err(_) => Ok(()),
            Ok(()) => Err(anyhow!(
                "cannot run {}: {}",
                self.name,
                Errno::from_raw(i32::from_ne_bytes(errno)).desc()
            )),
        }
    }
}

/// The filter comes after all that the command is to do before it executes its program.
fn add_filter(command: &mut Command) {
    let filter = Filter::new();
    // SAFETY: the closure makes system calls and nothing else.
    unsafe {
        command.pre_exec(move || Ok(filter.install()?));
    }
}

/// In the child: waits until it is traced, and executes the program.
fn become_command(command: &mut Command, mut traced: PipeReader, mut failed: PipeWriter) -> ! {
    if traced.read_exact(&mut [0]).is_ok() {
        let error = command.exec();
        let errno = error.raw_os_error().unwrap_or(libc::EINVAL);
        let _ = failed.write_all(&errno.to_ne_bytes());
    }
    // SAFETY: it ends the process, and none of the parent's destructors is to run here.
    unsafe { libc::_exit(127) }
}

fn seize(child: Pid, mut tracer: PipeWriter) -> Result<()> {
    let options = Options::PTRACE_O_EXITKILL
        | Options::PTRACE_O_TRACESECCOMP
        | Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_TRACEFORK
        | Options::PTRACE_O_TRACEVFORK
        | Options::PTRACE_O_TRACECLONE;
    let seized = ptrace::seize(child, options);
    if seized.is_ok() {
        return tracer.write_all(&[1]).context("cannot start a process");
    }
    // It reads the end of its pipe, and ends.
    drop(tracer);
    let _ = waitpid(child, None);
    seized.map_err(|errno| {
        anyhow!(
            "cannot trace a process (ptrace): {}. A container may forbid it, and so does the setting kernel.yama.ptrace_scope \
             if it is 3",
            errno.desc()
        )
    })
}
