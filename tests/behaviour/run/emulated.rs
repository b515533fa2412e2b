//! What QEMU adds to what is seen of a program, taken away again.

use crate::outcome::{Ending, Outcome};

/// How QEMU ends if it cannot run a program.
const CANNOT_RUN: Ending = Ending::Exit(255);
/// What it says of a program that a signal has killed.
const KILLED: &str = "qemu: uncaught target signal";
/// What it says of a loader that is not there. The kernel would have said it to who starts the program.
const NOT_OPENED: &str = ": Could not open '";

/// The outcome as it would be without QEMU between the program and the kernel.
pub fn without_qemu(mut outcome: Outcome) -> Outcome {
    let stderr = String::from_utf8_lossy(&outcome.stderr).into_owned();
    let is_qemus = stderr.starts_with("qemu-") && stderr.contains(NOT_OPENED);
    if outcome.ending == CANNOT_RUN && is_qemus {
        let error = stderr.trim_end().rsplit(": ").next().unwrap_or_default();
        outcome.ending = Ending::NotStarted(error.to_owned());
        outcome.stderr.clear();
        return outcome;
    }
    let lines = stderr.split_inclusive('\n');
    if stderr.contains(KILLED) {
        let own: String = lines.filter(|line| !line.starts_with(KILLED)).collect();
        outcome.stderr = own.into_bytes();
    }
    outcome
}
