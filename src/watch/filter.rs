//! The seccomp filter that stops a process at system calls that name a file: seccomp(2), Documentation/userspace-api/seccomp_filter.rst.
#![allow(unsafe_code, reason = "prctl(2) reads the filter from memory")]

use std::mem::offset_of;

use nix::errno::Errno;

use super::calls;

/// A filter, ready to be installed.
pub struct Filter(Vec<libc::sock_filter>);

/// The only operations of the filter: load a word of the data, compare it, end.
const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const JUMP_IF_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

fn operation(code: u16, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter { code, jt, jf, k }
}

impl Filter {
    /// The filter for the calls of all architectures.
    pub fn new() -> Self {
        let mut program = vec![operation(
            LOAD,
            offset_of!(libc::seccomp_data, arch) as u32,
            0,
            0,
        )];
        for (architecture, calls) in calls::ALL {
            // Jumps count from the next operation. Fewer than 100 calls each: they fit into a byte.
            let count = calls.len() as u8;
            program.push(operation(JUMP_IF_EQUAL, *architecture, 0, count + 3));
            program.push(operation(
                LOAD,
                offset_of!(libc::seccomp_data, nr) as u32,
                0,
                0,
            ));
            for (index, call) in calls.iter().enumerate() {
                let to_trace = count - index as u8;
                program.push(operation(JUMP_IF_EQUAL, call.number as u32, to_trace, 0));
            }
            program.push(operation(RETURN, libc::SECCOMP_RET_ALLOW, 0, 0));
            program.push(operation(RETURN, libc::SECCOMP_RET_TRACE, 0, 0));
        }
        program.push(operation(RETURN, libc::SECCOMP_RET_ALLOW, 0, 0));
        Self(program)
    }

    /// Installs it for this process and all that it starts. Makes system calls and nothing else.
    ///
    /// # Errors
    /// The system has no seccomp filters, or does not allow one.
    pub fn install(&self) -> Result<(), Errno> {
        match self.install_once() {
            // Who may not administer the system has to give up setuid programs' privileges first. Under a tracer without
            // privileges they have none anyway.
            Err(Errno::EACCES) => {
                nix::sys::prctl::set_no_new_privs()?;
                self.install_once()
            }
            other => other,
        }
    }

    fn install_once(&self) -> Result<(), Errno> {
        let program = libc::sock_fprog {
            len: self.0.len() as u16,
            filter: self.0.as_ptr().cast_mut(),
        };
        // SAFETY: the pointer leads to `len` operations, which the kernel only reads, during this call.
        let result = unsafe {
            libc::prctl(
                libc::PR_SET_SECCOMP,
                libc::SECCOMP_MODE_FILTER as libc::c_ulong,
                &raw const program,
            )
        };
        Errno::result(result).map(drop)
    }
}
