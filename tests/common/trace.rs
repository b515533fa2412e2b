//! Counts of what a start costs, exactly repeatable: instructions and system calls, by ptrace(2).
//!
//! A counted program names the stub as its loader. What the stub does is told from what the real
//! loader does by the instruction pointer: the kernel says in AT_BASE where it has put the stub.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::personality::{self, Persona};
use nix::sys::ptrace;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

/// Types of auxiliary vector entries: include/uapi/linux/auxvec.h of Linux.
const AT_BASE: u64 = 7;
const AT_ENTRY: u64 = 9;

/// How many instructions the program executes before its entry point, loaders included.
#[allow(dead_code, reason = "only `cargo xtask bench` counts them")]
pub fn instructions_to_entry(command: &mut Command) -> u64 {
    let mut traced = Traced::start(command);
    let entry = traced.aux(AT_ENTRY);
    let mut count = 0;
    while traced.registers().rip != entry {
        assert!(traced.step(), "it ended before its entry point");
        count += 1;
    }
    count
}

/// How many instructions of the loader at `AT_BASE`, which is `size` bytes long, are executed before the program's entry
/// point. What another loader does in between does not count.
#[allow(
    dead_code,
    reason = "`cargo xtask bench` counts all, and uses this file too"
)]
pub fn instructions_in_loader(command: &mut Command, size: u64) -> u64 {
    let mut traced = Traced::start(command);
    let (base, entry) = (traced.aux(AT_BASE), traced.aux(AT_ENTRY));
    let mut count = 0;
    loop {
        let at = traced.registers().rip;
        if at == entry {
            return count;
        }
        count += u64::from((base..base + size).contains(&at));
        assert!(traced.step(), "it ended before its entry point");
    }
}

/// The numbers of the system calls that the loader at `AT_BASE`, which is `size` bytes long, makes
/// before any other code makes one.
pub fn loaders_own_syscalls(command: &mut Command, size: u64) -> Vec<u64> {
    let mut traced = Traced::start(command);
    let base = traced.aux(AT_BASE);
    let mut calls = Vec::new();
    loop {
        assert!(traced.run_to_syscall(), "it ended in its loader");
        let registers = traced.registers();
        if !(base..base + size).contains(&registers.rip) {
            return calls;
        }
        calls.push(registers.orig_rax);
        // The second stop of each call is at its end.
        assert!(traced.run_to_syscall(), "it ended in its loader");
    }
}

/// How often a program, its loaders included, tries to open a file that does not exist.
#[allow(
    dead_code,
    reason = "`cargo xtask bench` counts them, which uses this file too"
)]
pub fn failing_opens(command: &mut Command) -> u64 {
    let mut traced = Traced::start(command);
    let mut count = 0;
    // Two stops per call, at its beginning and at its end.
    while traced.run_to_syscall() && traced.run_to_syscall() {
        let registers = traced.registers();
        let opens = [libc::SYS_open, libc::SYS_openat].contains(&(registers.orig_rax as i64));
        count += u64::from(opens && registers.rax as i64 == -i64::from(libc::ENOENT));
    }
    count
}

/// Runs a program, and kills it before one of those of its system calls that `counts` picks: the first is number 0.
/// Only its first thread counts. Whether it was killed; if not, it has ended by itself.
#[allow(dead_code, reason = "only the tests of pins kill")]
pub fn kill_before(
    command: &mut Command,
    number: usize,
    counts: impl Fn(&libc::user_regs_struct) -> bool,
) -> bool {
    let mut traced = Traced::start(command);
    let mut left = number;
    loop {
        if !traced.run_to_syscall() {
            return false;
        }
        if counts(&traced.registers()) {
            if left == 0 {
                // Dropping it kills it, and it stops before the call is made.
                return true;
            }
            left -= 1;
        }
        if !traced.run_to_syscall() {
            return false;
        }
    }
}

/// A process that stops where it is told to. It is killed when this is dropped.
struct Traced {
    child: Child,
}

impl Traced {
    /// Starts a program, stopped before its first instruction, at the same addresses each time.
    fn start(command: &mut Command) -> Self {
        share_one_processor();
        command.stdin(Stdio::null()).stdout(Stdio::null());
        // SAFETY: the closure makes two system calls and nothing else.
        #[allow(unsafe_code)]
        let child = unsafe {
            command.pre_exec(|| {
                personality::set(Persona::ADDR_NO_RANDOMIZE)?;
                Ok(ptrace::traceme()?)
            })
        };
        let traced = Self {
            child: child.spawn().expect("the program can be started"),
        };
        assert!(matches!(
            waitpid(traced.pid(), None),
            Ok(WaitStatus::Stopped(..))
        ));
        ptrace::setoptions(traced.pid(), ptrace::Options::PTRACE_O_EXITKILL).expect("it is traced");
        traced
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id() as i32)
    }

    fn registers(&self) -> libc::user_regs_struct {
        ptrace::getregs(self.pid()).expect("it is stopped")
    }

    /// The value of an entry of the auxiliary vector.
    fn aux(&self, kind: u64) -> u64 {
        let bytes = fs::read(format!("/proc/{}/auxv", self.pid())).expect("its auxv");
        let word = |bytes: &[u8]| u64::from_ne_bytes(bytes.try_into().expect("a word"));
        let mut entries = bytes.chunks_exact(16).map(|entry| entry.split_at(8));
        let found = entries.find(|(key, _)| word(key) == kind);
        word(found.expect("the kernel gives this entry").1)
    }

    /// Executes one instruction. Whether the process is still there.
    fn step(&mut self) -> bool {
        ptrace::step(self.pid(), None).expect("it is stopped");
        self.is_stopped()
    }

    /// Goes on to the next beginning or end of a system call. Whether the process is still there.
    fn run_to_syscall(&mut self) -> bool {
        ptrace::syscall(self.pid(), None).expect("it is stopped");
        self.is_stopped()
    }

    fn is_stopped(&self) -> bool {
        matches!(waitpid(self.pid(), None), Ok(WaitStatus::Stopped(..)))
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        // Errors mean that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps this thread and the processes that it starts on one processor: they take turns, and to wake
/// another processor up at each instruction takes ten times as long.
fn share_one_processor() {
    let this_thread = Pid::from_raw(0);
    let allowed = sched_getaffinity(this_thread).expect("the processors are known");
    let is_allowed = |&processor: &usize| allowed.is_set(processor).unwrap_or(false);
    let mut one = CpuSet::new();
    let first = (0..CpuSet::count()).find(is_allowed).expect("there is one");
    one.set(first).expect("it was in the set");
    sched_setaffinity(this_thread, &one).expect("the set is a part of the allowed one");
}

/// A command with just these variables.
pub fn command(program: impl AsRef<OsStr>, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(environment.iter().copied());
    command
}
