//! The system calls that start another program and wait for it.

use core::ffi::{CStr, c_char};

use crate::arch::syscall;
use crate::sys::Errno;

/// `SIGCHLD` in a set of signals of the kernel's, which has 64 of them.
const CHILD_SIGNAL: u64 = 1 << (libc::SIGCHLD - 1);

/// Makes a copy of this process; in the copy there is no child. Its end is told by SIGCHLD as every program's is:
/// debuggers take a copy that tells it otherwise for a thread.
pub(crate) fn fork() -> Result<Option<usize>, Errno> {
    let arguments = [libc::SIGCHLD as usize, 0, 0, 0, 0, 0];
    // SAFETY: the child gets a copy of all memory, its stack included.
    let child = Errno::check(unsafe { syscall(libc::SYS_clone, arguments) })?;
    Ok((child != 0).then_some(child))
}

/// Whether a SIGCHLD waits to be delivered, because it is blocked.
pub(crate) fn is_child_signal_pending() -> bool {
    let mut pending = 0u64;
    let set = core::ptr::from_mut(&mut pending).expose_provenance();
    // SAFETY: the kernel writes the set.
    unsafe { syscall(libc::SYS_rt_sigpending, [set, size_of::<u64>(), 0, 0, 0, 0]) };
    // SAFETY: it is a number that the kernel may have written.
    let pending = unsafe { core::ptr::read_volatile(&raw const pending) };
    pending & CHILD_SIGNAL != 0
}

/// Takes a SIGCHLD that waits to be delivered: the program would get it, and knows of no child.
pub(crate) fn take_child_signal() {
    let (set, no_time) = (CHILD_SIGNAL, [0u64; 2]);
    let arguments = [
        core::ptr::from_ref(&set).expose_provenance(),
        0,
        core::ptr::from_ref(&no_time).expose_provenance(),
        size_of::<u64>(),
        0,
        0,
    ];
    // SAFETY: the kernel reads both; whatever the size of its `timespec` is, it is not larger and all zeros.
    unsafe { syscall(libc::SYS_rt_sigtimedwait, arguments) };
}

/// Puts SIGCHLD to its default and blocks no signal: a program that cannot wait for its own children could start none.
pub(crate) fn reset_signals() {
    // `struct sigaction` of the kernel has at most five words, and its default is zeros.
    let (action, none) = ([0usize; 5], 0u64);
    let arguments = [
        libc::SIGCHLD as usize,
        core::ptr::from_ref(&action).expose_provenance(),
        0,
        size_of::<u64>(),
        0,
        0,
    ];
    // SAFETY: the kernel reads the action; this process has no handler of which it could matter.
    unsafe { syscall(libc::SYS_rt_sigaction, arguments) };
    let arguments = [
        libc::SIG_SETMASK as usize,
        core::ptr::from_ref(&none).expose_provenance(),
        0,
        size_of::<u64>(),
        0,
        0,
    ];
    // SAFETY: the kernel reads the set.
    unsafe { syscall(libc::SYS_rt_sigprocmask, arguments) };
}

/// Waits until a child ends.
pub(crate) fn wait(child: usize) {
    let arguments = [child, 0, libc::__WALL as usize, 0, 0, 0];
    loop {
        // SAFETY: the kernel is not asked to write anything.
        let answer = Errno::check(unsafe { syscall(libc::SYS_wait4, arguments) });
        if answer != Err(Errno(libc::EINTR)) {
            return;
        }
    }
}

/// Makes the descriptor `copy` another one for what `descriptor` is; closed, if that is nothing.
pub(crate) fn duplicate_or_close(descriptor: i32, copy: i32) {
    let arguments = [descriptor as usize, copy as usize, 0, 0, 0, 0];
    // SAFETY: no memory is involved.
    if Errno::check(unsafe { syscall(libc::SYS_dup3, arguments) }).is_err() {
        // SAFETY: likewise.
        unsafe { syscall(libc::SYS_close, [copy as usize, 0, 0, 0, 0, 0]) };
    }
}

/// Executes a program in place of this one, and returns why it could not. The lists end with a null pointer.
///
/// # Safety
/// Both lists hold addresses of NUL-terminated strings.
pub(crate) unsafe fn execute(
    program: &CStr,
    arguments: *const *const c_char,
    environment: *const usize,
) -> Errno {
    let arguments = [
        program.as_ptr().expose_provenance(),
        arguments.expose_provenance(),
        environment.expose_provenance(),
        0,
        0,
        0,
    ];
    // SAFETY: the caller answers for the lists.
    let answer = Errno::check(unsafe { syscall(libc::SYS_execve, arguments) });
    answer.err().unwrap_or(Errno(0))
}
