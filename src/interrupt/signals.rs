//! The signals by which a user ends a process: having them wait, and ending by one.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{self, Command};
use std::sync::OnceLock;

use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, raise, signal as set_action};

/// All of them.
const ENDING: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// What waited when this process started.
static AT_START: OnceLock<SigSet> = OnceLock::new();

/// All of them.
pub(super) fn all() -> SigSet {
    ENDING.into_iter().collect()
}

/// Those that whoever started this process does not have it ignore, as nohup does. The others stay so, although a signal that
/// waits is taken even then.
pub(super) fn minded() -> SigSet {
    let ignored = ignored();
    let bit = |signal: Signal| 1 << (signal as u32 - 1);
    ENDING
        .into_iter()
        .filter(|it| ignored & bit(*it) == 0)
        .collect()
}

/// The signals that are ignored, as the kernel writes them: a bit for each.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let bits = lines.find_map(|it| it.strip_prefix("SigIgn:"));
    bits.and_then(|it| u64::from_str_radix(it.trim(), 16).ok())
        .unwrap_or(0)
}

/// Has signals wait in this thread and in those that it begins later. Returns what waited before.
///
/// # Errors
/// The system refuses.
pub(super) fn block(signals: &SigSet) -> io::Result<SigSet> {
    let before = signals.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
    AT_START.get_or_init(|| before);
    Ok(before)
}

/// Has a command get the signals that this process was to get when it started, whatever waits by now: it would inherit that, and
/// so would all that it starts.
pub fn for_child(command: &mut Command) {
    let Some(at_start) = AT_START.get().copied() else {
        return;
    };
    // SAFETY: the closure makes one system call and nothing else.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(move || Ok(at_start.thread_set_mask()?))
    };
}

/// Ends this process by a signal, so that whoever has started it knows.
pub(super) fn end_by(signal: Signal) -> ! {
    // SAFETY: it is no handler that is set, but what the kernel does by default.
    #[allow(unsafe_code)]
    unsafe {
        // A handler may pass it on to a command that is watched.
        _ = set_action(signal, SigHandler::SigDfl);
    }
    _ = SigSet::from(signal).thread_unblock();
    _ = raise(signal);
    // The first process of a namespace is not ended by its own signals.
    process::exit(128 + signal as i32)
}
