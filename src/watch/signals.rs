//! Signals that this process gets while it watches another one.
#![allow(
    unsafe_code,
    reason = "a handler may be installed for as long as it does what a handler may do"
)]

use std::sync::atomic::{AtomicI32, Ordering};

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use nix::unistd::Pid;

/// To whom signals are passed on.
static COMMAND: AtomicI32 = AtomicI32::new(0);

const PASSED_ON: [Signal; 6] = [
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
];

/// As long as this is there, signals are passed on.
pub struct PassedOn {
    before: Vec<(Signal, SigAction)>,
}

/// Passes on to a process what this one is sent. What a terminal sends, that process gets itself.
pub fn pass_on(command: Pid) -> PassedOn {
    COMMAND.store(command.as_raw(), Ordering::Relaxed);
    let action = SigAction::new(
        SigHandler::SigAction(handle),
        SaFlags::SA_RESTART,
        SigSet::empty(),
    );
    let set = PASSED_ON.into_iter().filter_map(|signal| {
        // SAFETY: the handler does nothing that a handler must not: it reads an atomic and makes a system call.
        let before = unsafe { sigaction(signal, &action) }.ok()?;
        Some((signal, before))
    });
    PassedOn {
        before: set.collect(),
    }
}

impl PassedOn {
    /// From now on this process obeys them itself: the command has ended, and others that it started may be left.
    pub fn stop(&mut self) {
        for (signal, before) in self.before.drain(..) {
            // SAFETY: what is set again was set before.
            let _ = unsafe { sigaction(signal, &before) };
        }
    }
}

impl Drop for PassedOn {
    fn drop(&mut self) {
        self.stop();
    }
}

extern "C" fn handle(signal: i32, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: with SA_SIGINFO, which nix sets for this kind of handler, the kernel gives a siginfo_t.
    let is_from_terminal = unsafe { (*info).si_code } == libc::SI_KERNEL;
    if !is_from_terminal {
        // SAFETY: it is a system call.
        unsafe { libc::kill(COMMAND.load(Ordering::Relaxed), signal) };
    }
}
