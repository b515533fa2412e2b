//! The system calls that start another program and wait for it.

use core::ffi::{CStr, c_char};

use crate::arch::syscall;
use crate::sys::Errno;

/// Makes a copy of this process; in the copy there is no child. No signal tells of the copy's end, for a program that
/// has it blocked would get it later. QEMU's user mode knows no copies without: `do_fork` in its
/// linux-user/syscall.c.
pub(crate) fn fork() -> Result<Option<usize>, Errno> {
    let child = match clone(0) {
        Err(Errno(libc::EINVAL)) => clone(libc::SIGCHLD)?,
        answer => answer?,
    };
    Ok((child != 0).then_some(child))
}

/// Copies this process and all its memory; `signal` tells of the copy's end.
fn clone(signal: i32) -> Result<usize, Errno> {
    // SAFETY: the child gets a copy of all memory, its stack included.
    Errno::check(unsafe { syscall(libc::SYS_clone, [signal as usize, 0, 0, 0, 0, 0]) })
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

/// Makes the descriptor `copy` another one for what `descriptor` is.
pub(crate) fn duplicate(descriptor: i32, copy: i32) {
    let arguments = [descriptor as usize, copy as usize, 0, 0, 0, 0];
    // SAFETY: no memory is involved.
    unsafe { syscall(libc::SYS_dup3, arguments) };
}

/// Executes a program in place of this one, and returns why it could not. The lists end with a null pointer.
///
/// # Safety
/// Both lists hold addresses of NUL-terminated strings.
pub(crate) unsafe fn execute(
    program: &CStr,
    arguments: &[*const c_char],
    environment: *const usize,
) -> Errno {
    let arguments = [
        program.as_ptr().expose_provenance(),
        arguments.as_ptr().expose_provenance(),
        environment.expose_provenance(),
        0,
        0,
        0,
    ];
    // SAFETY: the caller answers for the lists.
    let answer = Errno::check(unsafe { syscall(libc::SYS_execve, arguments) });
    answer.err().unwrap_or(Errno(0))
}
