//! One process: executed with exactly what a run says, and waited for.

use std::ffi::CString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Gid, Pid, Uid};

use crate::directives::Run;

/// Ids that own nothing.
const NOBODY: u32 = 65534;
/// How long a program may take.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// Lets `command` execute its program with exactly the arguments and the environment of `run`, as its user.
/// The standard library's own way sorts the environment, and cannot have duplicates or entries without `=`.
pub fn execute_exactly(command: &mut Command, run: &Run) -> Result<()> {
    let (program, arguments) = run.command.split_first().context("there is no program")?;
    let argv0 = run.argv0.as_ref().unwrap_or(program);
    let path = c_string(program)?;
    let mut argv = [argv0]
        .into_iter()
        .chain(arguments)
        .map(|text| c_string(text))
        .collect::<Result<Vec<_>>>()?;
    if run.argc_is_0 {
        argv.clear();
    }
    let entries = run.environment.iter().map(|text| c_string(text));
    let envp = entries.collect::<Result<Vec<_>>>()?;
    let (as_nobody, stack_limit) = (run.as_nobody, run.stack_limit);
    let execute = move || -> io::Result<()> {
        close_files_at_exec()?;
        if let Some(limit) = stack_limit {
            setrlimit(Resource::RLIMIT_STACK, limit, libc::RLIM_INFINITY)?;
        }
        if as_nobody {
            become_nobody()?;
        }
        nix::unistd::execve::<CString, CString>(&path, &argv, &envp)?;
        Ok(())
    };
    // SAFETY: the closure runs in a forked child with a single thread. It calls nothing but system calls and
    // the allocator, whose locks glibc's fork makes usable in the child.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(execute);
    }
    Ok(())
}

/// Lets the program have no files but the first three, whatever those who started the tests have left open.
fn close_files_at_exec() -> io::Result<()> {
    const FIRST: libc::c_uint = 3;
    // SAFETY: it marks files, which stay as they are until this process is another program.
    #[allow(unsafe_code)]
    let result = unsafe {
        let flags = libc::CLOSE_RANGE_CLOEXEC as libc::c_int;
        libc::close_range(FIRST, libc::c_uint::MAX, flags)
    };
    nix::errno::Errno::result(result)?;
    Ok(())
}

fn become_nobody() -> nix::Result<()> {
    nix::unistd::setgroups(&[])?;
    nix::unistd::setgid(Gid::from_raw(NOBODY))?;
    nix::unistd::setuid(Uid::from_raw(NOBODY))
}

/// The bytes that a text of a directive stands for: `\xNN` is one of them.
fn c_string(text: &str) -> Result<CString> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).context("two digits are needed")?;
        bytes.push(u8::from_str_radix(digits, 16)?);
        bytes.extend(rest.as_bytes());
    }
    CString::new(bytes).with_context(|| format!("there is a NUL in {text}"))
}

/// Waits for a program, with a limit.
pub fn wait(mut child: Child) -> Result<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed() > TIME_LIMIT {
            // The program's children are in its process group.
            killpg(Pid::from_raw(child.id().try_into()?), Signal::SIGKILL)?;
            child.wait()?;
            bail!("it does not end within {} seconds", TIME_LIMIT.as_secs());
        }
        thread::sleep(Duration::from_millis(1));
    }
}
