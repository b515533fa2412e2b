//! A process in a root that starts programs when asked, and says what each start took.

use std::convert::Infallible;
use std::ffi::CString;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use ldshim::sandbox::Root;
use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, posix_spawn};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, dup2_stdout, fork};

/// A program to start, as execve(2) takes it.
pub struct Exec {
    /// Its path and its arguments, the name first.
    pub words: Vec<CString>,
    /// Its environment.
    pub environment: Vec<CString>,
}

/// What a start took, from posix_spawn(3) to the end of the program.
#[derive(Clone, Copy)]
pub struct Start {
    /// Time, in nanoseconds.
    pub nanoseconds: u64,
    /// Page faults that needed no reading from disk.
    pub minor_faults: u64,
}

/// The process, seen from outside. It ends when this is dropped.
pub struct Starter {
    channel: UnixStream,
    process: Pid,
}

impl Starter {
    /// Forks a process that enters `root`.
    ///
    /// # Errors
    /// The system allows no further process.
    pub fn new(root: &Root, programs: &[Exec]) -> Result<Self> {
        let (ours, theirs) = UnixStream::pair().context("cannot make a channel")?;
        // SAFETY: this program never starts a second thread before it, so the child is a whole copy.
        #[allow(unsafe_code)]
        match unsafe { fork() }.context("cannot start a process")? {
            ForkResult::Parent { child } => Ok(Self {
                channel: ours,
                process: child,
            }),
            ForkResult::Child => {
                drop(ours);
                let Err(error) = serve(root, programs, theirs);
                eprintln!("xtask: {error:#}");
                std::process::exit(1);
            }
        }
    }

    /// Starts the program with this index and waits for its end.
    ///
    /// # Errors
    /// It cannot be started, or fails. The process has said more on standard error.
    pub fn start(&mut self, program: u8) -> Result<Start> {
        let mut reply = [0; 16];
        self.channel
            .write_all(&[program])
            .and_then(|()| self.channel.read_exact(&mut reply))
            .context("the program could not be measured")?;
        let word = |at| u64::from_ne_bytes(std::array::from_fn(|i| reply[at + i]));
        Ok(Start {
            nanoseconds: word(0),
            minor_faults: word(8),
        })
    }
}

impl Drop for Starter {
    fn drop(&mut self) {
        // The end of the channel is the end of the process. To close it would not end it: processes
        // that were forked later hold copies.
        let _ = self.channel.shutdown(Shutdown::Both);
        let _ = waitpid(self.process, None);
    }
}

fn serve(root: &Root, programs: &[Exec], mut channel: UnixStream) -> Result<Infallible> {
    root.enter(Path::new("/tmp"))?;
    let null = std::fs::File::options()
        .write(true)
        .open("/dev/null")
        .context("cannot open /dev/null")?;
    dup2_stdout(&null).context("cannot silence the programs")?;
    loop {
        let mut index = [0];
        if channel.read_exact(&mut index).is_err() {
            std::process::exit(0);
        }
        let program = programs
            .get(usize::from(index[0]))
            .context("no such program")?;
        let start = start(program)?;
        let reply = [
            start.nanoseconds.to_ne_bytes(),
            start.minor_faults.to_ne_bytes(),
        ];
        channel
            .write_all(reply.as_flattened())
            .context("cannot reply")?;
    }
}

fn start(program: &Exec) -> Result<Start> {
    let name = program.words[0].to_string_lossy();
    let (actions, attributes) = (PosixSpawnFileActions::init()?, PosixSpawnAttr::init()?);
    let faults_before = faults_of_children()?;
    // On Linux it counts from CLOCK_MONOTONIC.
    let clock = Instant::now();
    let process = posix_spawn(
        program.words[0].as_c_str(),
        &actions,
        &attributes,
        &program.words,
        &program.environment,
    )
    .with_context(|| format!("cannot start {name}"))?;
    let status = waitpid(process, None).context("cannot wait")?;
    let nanoseconds = clock.elapsed().as_nanos().try_into().unwrap_or(u64::MAX);
    if !matches!(status, WaitStatus::Exited(_, 0)) {
        bail!("{name} failed: {status:?}");
    }
    Ok(Start {
        nanoseconds,
        minor_faults: faults_of_children()? - faults_before,
    })
}

fn faults_of_children() -> Result<u64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("cannot count page faults")?;
    Ok(usage.minor_page_faults().unsigned_abs())
}
