//! One process, started with exactly the arguments, environment and limits that a test says, and waited for
//! with a time limit.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use ldshim::sandbox::Root;
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::{Gid, Uid};

/// Ids that own nothing.
const NOBODY: u32 = 65534;
/// Nothing here takes a hundredth of it on an idle machine.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// What is started, and how.
#[derive(Clone, Default)]
pub struct Start {
    /// Its path, in the root.
    pub program: String,
    /// All arguments, with the zeroth.
    pub argv: Vec<Vec<u8>>,
    /// The environment: whatever the kernel takes.
    pub envp: Vec<Vec<u8>>,
    /// Whether it is started by nobody in place of who runs the tests.
    pub as_nobody: bool,
    /// Limits, soft and hard.
    pub limits: Vec<(Resource, u64)>,
}

impl Start {
    /// A program with its path as its only argument.
    pub fn new(program: &str, envp: &[&str]) -> Self {
        Self {
            program: program.to_owned(),
            argv: vec![program.into()],
            envp: envp.iter().map(|&entry| entry.into()).collect(),
            ..Self::default()
        }
    }
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The exit status; `None` if a signal ended it.
    pub status: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Outcome {
    /// Asserts that the stub has said why it cannot run the program, in one line with this text.
    pub fn assert_refused(&self, text: &str, what: &str) {
        assert_eq!(
            (self.status, self.signal),
            (Some(127), None),
            "{what}: {self:?}"
        );
        assert_eq!(self.stderr.lines().count(), 1, "{what}: {self:?}");
        assert!(
            self.stderr.starts_with("nix-ld: cannot run ") && self.stderr.ends_with('\n'),
            "{what}: {self:?}"
        );
        assert!(self.stderr.contains(text), "{what}: {self:?}");
        assert_eq!(self.stdout, b"", "{what}");
    }

    /// Asserts that the program ran and wrote this.
    pub fn assert_ran(&self, stdout: &str, what: &str) {
        assert_eq!(
            (self.status, self.signal),
            (Some(0), None),
            "{what}: {self:?}"
        );
        assert_eq!(
            String::from_utf8_lossy(&self.stdout),
            stdout,
            "{what}: {self:?}"
        );
    }
}

/// Starts it in a root and waits. An error is the kernel's reason not to start it.
pub fn run(root: &Root, start: &Start) -> io::Result<Outcome> {
    let mut command = Command::new(&start.program);
    let mut streams = [tempfile::tempfile()?, tempfile::tempfile()?];
    command
        .stdin(Stdio::null())
        .stdout(streams[0].try_clone()?)
        .stderr(streams[1].try_clone()?);
    root.apply_to(&mut command, "/");
    let c_string = |bytes: &Vec<u8>| CString::new(bytes.as_slice()).expect("there is no NUL in it");
    let path = c_string(&start.program.clone().into_bytes());
    let argv: Vec<CString> = start.argv.iter().map(c_string).collect();
    let envp: Vec<CString> = start.envp.iter().map(c_string).collect();
    let (as_nobody, limits) = (start.as_nobody, start.limits.clone());
    let execute = move || -> io::Result<()> {
        if as_nobody {
            nix::unistd::setgroups(&[])?;
            nix::unistd::setgid(Gid::from_raw(NOBODY))?;
            nix::unistd::setuid(Uid::from_raw(NOBODY))?;
        }
        for &(resource, limit) in &limits {
            setrlimit(resource, limit, limit)?;
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
    let mut child = command.spawn()?;
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if begin.elapsed() > TIME_LIMIT {
            child.kill()?;
            child.wait()?;
            panic!("{} hangs: {:?}", start.program, start.envp);
        }
        thread::sleep(Duration::from_micros(200));
    };
    let [stdout, stderr] = streams.each_mut().map(contents);
    Ok(Outcome {
        status: status.code(),
        signal: status.signal(),
        stdout,
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    })
}

fn contents(file: &mut File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.rewind()
        .and_then(|()| file.read_to_end(&mut bytes))
        .expect("a temporary file");
    bytes
}
