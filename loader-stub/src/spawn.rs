//! Starting the tool and waiting for it, before the program is started as if nothing had been.

use core::ffi::CStr;

use loader_stub::errno;
use loader_stub::identity::{DIGITS, Identity};
use loader_stub::on_demand::{self, OFF, Request};
use loader_stub::stack::{Entry, InitialStack};

use crate::log::{Level, Log};
use crate::process;
use crate::sys::{self, Errno};

/// Starts the tool and waits until it ends; it has a time limit of its own. What becomes of it shows in what there is
/// at the place of the pin.
#[cold]
#[inline(never)]
pub(crate) fn tool(stack: &InitialStack<'_>, request: &Request<'_>, identity: Identity, log: Log) {
    let Some(program) = stack.program() else {
        return;
    };
    log.say(
        Level::Info,
        &[b"there is no pin: starting ", request.tool.to_bytes()],
    );
    let is_pending = process::is_child_signal_pending();
    match process::fork() {
        // SAFETY: this is the child, which executes the tool and nothing else.
        Ok(None) => unsafe { execute(stack, request, identity, program, log) },
        Ok(Some(child)) => {
            process::wait(child);
            if !is_pending {
                process::take_child_signal();
            }
        }
        Err(error) => complain(log, request.tool, error),
    }
}

/// Executes the tool in this process, which is done for.
///
/// # Safety
/// Nobody needs the initial stack any more.
unsafe fn execute(
    stack: &InitialStack<'_>,
    request: &Request<'_>,
    identity: Identity,
    program: &CStr,
    log: Log,
) -> ! {
    process::reset_signals();
    // What the program prints may be read by another, who expects nothing of the tool's.
    process::duplicate_or_close(libc::STDERR_FILENO, libc::STDOUT_FILENO);
    let mut digits = [0; DIGITS + 1];
    for (place, digit) in digits.iter_mut().zip(identity.digits()) {
        *place = digit;
    }
    let arguments = [
        request.tool.as_ptr(),
        c"pin".as_ptr(),
        c"--auto".as_ptr(),
        request.policy.as_ptr(),
        c"--identity".as_ptr(),
        digits.as_ptr().cast(),
        c"--".as_ptr(),
        program.as_ptr(),
        core::ptr::null(),
    ];
    // SAFETY: the caller says so.
    let environment = unsafe { environment(stack) };
    // SAFETY: all of these are NUL-terminated strings, and both lists end with a null pointer.
    let error = unsafe { process::execute(request.tool, arguments.as_ptr(), environment) };
    complain(log, request.tool, error);
    sys::exit(sys::EXIT_CANNOT_RUN)
}

/// The environment without what is not for the tool, and with [`OFF`].
///
/// # Safety
/// As for [`execute`].
unsafe fn environment(stack: &InitialStack<'_>) -> *const usize {
    let count = stack.envp.len();
    // SAFETY: `argc`, the arguments and their NULL come before the environment.
    let environment = unsafe { stack.pointer.add(stack.argv.len() + 2) };
    let mut kept = 0;
    for number in 0..count {
        // SAFETY: it is an entry's word, and entries move to lower places only.
        unsafe {
            let entry = environment.add(number);
            if !on_demand::is_left_out(Entry::at(*entry)) {
                environment.add(kept).write(*entry);
                kept += 1;
            }
        }
    }
    // SAFETY: the NULL of the environment is there, and the auxiliary vector behind it has two words at least, for
    // its end is an entry. Whoever is executed gets a new one.
    unsafe {
        environment
            .add(kept)
            .write(OFF.as_ptr().expose_provenance());
        environment.add(kept + 1).write(0);
    }
    environment
}

fn complain(log: Log, tool: &CStr, Errno(error): Errno) {
    let why = errno::describe(error).unwrap_or(b"the system gave an unusual error");
    let next = b": starting the program without a pin; install ldshim, or unset NIX_LD_ON_DEMAND";
    log.say(
        Level::Warn,
        &[b"cannot start ", tool.to_bytes(), b": ", why, next],
    );
}
