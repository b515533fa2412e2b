//! One thread that is stopped: what it asks for, and how it goes on.
#![allow(
    unsafe_code,
    reason = "ptrace(2) with requests that the crate nix does not have"
)]

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use nix::sys::ptrace;
use nix::unistd::Pid;

/// A thread's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tracee(pub Pid);

/// How a stopped thread goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// To the next system call that the filter picks, or event.
    Run,
    /// To the end of the system call that it is in.
    ToEnd,
    /// Not at all, until the process gets SIGCONT: ptrace(2), "Group-stop".
    Listen,
}

/// A system call that a thread is about to make.
#[derive(Debug)]
pub struct Entry {
    /// For which architecture, as [`super::calls`] has them.
    pub architecture: u32,
    /// Its number.
    pub number: u64,
    /// Its arguments.
    pub arguments: [u64; 6],
}

impl Tracee {
    /// Lets it go on, and gives it a signal if that is not 0. A thread that is gone is not an error: it was killed.
    pub fn resume(self, how: Resume, signal: i32) {
        let request = match how {
            Resume::Run => libc::PTRACE_CONT,
            Resume::ToEnd => libc::PTRACE_SYSCALL,
            Resume::Listen => libc::PTRACE_LISTEN,
        };
        // The nix crate knows no real-time signals, of which glibc's threads use two.
        // SAFETY: these requests read and write no memory of this process: the third argument is not looked at, and the
        // fourth is a number.
        unsafe { libc::ptrace(request, self.0.as_raw(), 0usize, signal as usize) };
    }

    /// The system call before which the filter has stopped it.
    pub fn entry(self) -> Option<Entry> {
        let info = ptrace::syscall_info(self.0).ok()?;
        if info.op != libc::PTRACE_SYSCALL_INFO_SECCOMP {
            return None;
        }
        // SAFETY: `op` says which of the union's parts the kernel has filled in.
        let call = unsafe { info.u.seccomp };
        Some(Entry {
            architecture: info.arch,
            number: call.nr,
            arguments: call.args,
        })
    }

    /// The result of the system call at whose end it is, or why it failed: an `E*` number, or one that the kernel keeps for itself.
    pub fn result(self) -> Option<Result<i64, i32>> {
        let info = ptrace::syscall_info(self.0).ok()?;
        if info.op != libc::PTRACE_SYSCALL_INFO_EXIT {
            return None;
        }
        // SAFETY: `op` says which of the union's parts the kernel has filled in.
        let exit = unsafe { info.u.exit };
        Some(match exit.is_error {
            0 => Ok(exit.sval),
            _ => Err(-exit.sval as i32),
        })
    }

    /// The number that goes with an event.
    pub fn event(self) -> Option<i64> {
        ptrace::getevent(self.0).ok()
    }

    /// The path at an address of its memory. None if there is none, or a longer one than the kernel takes.
    pub fn path(self, address: u64) -> Option<PathBuf> {
        let memory = File::open(self.proc("mem")).ok()?;
        let mut bytes = Vec::new();
        while bytes.len() < libc::PATH_MAX as usize {
            // Not over the end of a page: the next one may not be there.
            let at = address.checked_add(bytes.len() as u64)?;
            let mut part = [0; 256];
            let part = &mut part[..256 - (at % 256) as usize];
            memory.read_exact_at(part, at).ok()?;
            if let Some(end) = part.iter().position(|byte| *byte == 0) {
                bytes.extend(&part[..end]);
                return Some(OsString::from_vec(bytes).into());
            }
            bytes.extend(&*part);
        }
        None
    }

    /// The word at an address of its memory.
    pub fn word(self, address: u64) -> Option<u64> {
        let mut word = [0; 8];
        let memory = File::open(self.proc("mem")).ok()?;
        memory.read_exact_at(&mut word, address).ok()?;
        Some(u64::from_ne_bytes(word))
    }

    /// The file behind a descriptor, or of the current directory if the descriptor says so.
    pub fn file(self, descriptor: i32) -> Option<PathBuf> {
        match descriptor {
            libc::AT_FDCWD => fs::read_link(self.proc("cwd")).ok(),
            _ => fs::read_link(self.proc(&format!("fd/{descriptor}"))).ok(),
        }
    }

    /// The program that it executes.
    pub fn program(self) -> Option<PathBuf> {
        fs::read_link(self.proc("exe")).ok()
    }

    /// The files that are in its memory.
    pub fn mapped(self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for line in fs::read(self.proc("maps"))
            .unwrap_or_default()
            .split(|it| *it == b'\n')
        {
            // proc_pid_maps(5): a path is the only field with a slash.
            if let Some(start) = line.iter().position(|byte| *byte == b'/') {
                let file = PathBuf::from(OsString::from_vec(line[start..].to_vec()));
                if !files.contains(&file) {
                    files.push(file);
                }
            }
        }
        files
    }

    fn proc(self, name: &str) -> PathBuf {
        Path::new("/proc").join(self.0.to_string()).join(name)
    }
}
