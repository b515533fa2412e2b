//! The system calls of the stub, typed. `arch::syscall` makes them.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use crate::arch::{MMAP, jump, syscall};

/// The exit status of a program that could not be run, as shells have it.
pub(crate) const EXIT_CANNOT_RUN: i32 = 127;

/// Why a system call failed: one of libc's `E*` numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Errno(pub(crate) i32);

impl Errno {
    pub(crate) fn check(answer: isize) -> Result<usize, Self> {
        // The kernel answers with the negated number, and with no other value from -4095 to -1.
        if (-4095..0).contains(&answer) {
            Err(Self(-answer as i32))
        } else {
            Ok(answer as usize)
        }
    }
}

/// An open file. It is closed by [`File::close`] and not before: the stub drops nothing.
#[derive(Debug)]
pub(crate) struct File(usize);

impl File {
    /// Opens for reading. Never waits, as opening a FIFO would, and never gets a controlling terminal.
    pub(crate) fn open(path: &CStr) -> Result<Self, Errno> {
        let flags = libc::O_RDONLY | libc::O_CLOEXEC | libc::O_NONBLOCK | libc::O_NOCTTY;
        let arguments = [
            libc::AT_FDCWD as usize,
            path.as_ptr().expose_provenance(),
            flags as usize,
            0,
            0,
            0,
        ];
        // SAFETY: the path is a NUL-terminated string.
        Errno::check(unsafe { syscall(libc::SYS_openat, arguments) }).map(Self)
    }

    /// Reads the beginning of the file and returns how much of it fits or is there. Pipes and terminals, from
    /// which reading would take something away, are refused.
    pub(crate) fn read<'a>(&self, buffer: &'a mut [MaybeUninit<u8>]) -> Result<&'a [u8], Errno> {
        let arguments = [
            self.0,
            buffer.as_mut_ptr().expose_provenance(),
            buffer.len(),
            0,
            0,
            0,
        ];
        // SAFETY: the kernel writes into the buffer only.
        let length = Errno::check(unsafe { syscall(libc::SYS_pread64, arguments) })?;
        // SAFETY: the kernel has filled so many bytes, of as many as there are.
        Ok(
            unsafe {
                core::slice::from_raw_parts(buffer.as_ptr().cast(), length.min(buffer.len()))
            },
        )
    }

    /// The file's size, in bytes.
    pub(crate) fn size(&self) -> Result<usize, Errno> {
        // SAFETY: no memory is involved.
        Errno::check(unsafe {
            syscall(
                libc::SYS_lseek,
                [self.0, 0, libc::SEEK_END as usize, 0, 0, 0],
            )
        })
    }

    /// The file's path, cut off where the buffer ends. `None` if the kernel does not tell.
    pub(crate) fn path<'a>(&self, buffer: &'a mut [MaybeUninit<u8>]) -> Option<&'a [u8]> {
        let mut link = *b"/proc/self/fd/\0\0\0\0\0\0\0\0\0\0\0\0";
        let (prefix, mut rest) = (b"/proc/self/fd/".len(), self.0);
        let digits = core::iter::successors(Some(self.0), |n| (*n > 9).then_some(n / 10)).count();
        for byte in link.get_mut(prefix..prefix + digits)?.iter_mut().rev() {
            *byte = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        let link = CStr::from_bytes_until_nul(&link).ok()?;
        read_link(link, buffer).ok()
    }

    /// Closes the file. The only error that there could be is that it was not open.
    pub(crate) fn close(self) {
        // SAFETY: no memory is involved, and nobody else has this descriptor.
        unsafe { syscall(libc::SYS_close, [self.0, 0, 0, 0, 0, 0]) };
    }
}

/// Maps pages privately and returns their address: of a file from an offset on, or of zeros without one.
/// `address` is where they have to be; `None` leaves it to the kernel.
///
/// # Safety
/// What is mapped at a given address is replaced: nobody may rely on it.
pub(crate) unsafe fn map(
    address: Option<usize>,
    length: usize,
    protection: i32,
    file: Option<(&File, usize)>,
) -> Result<usize, Errno> {
    let fixed = if address.is_some() {
        libc::MAP_FIXED
    } else {
        0
    };
    let (kind, descriptor, offset) = match file {
        Some((file, offset)) => (0, file.0, offset),
        None => (libc::MAP_ANONYMOUS, usize::MAX, 0),
    };
    let flags = libc::MAP_PRIVATE | fixed | kind;
    let (number, unit) = MMAP;
    let arguments = [
        address.unwrap_or(0),
        length,
        protection as usize,
        flags as usize,
        descriptor,
        offset / unit,
    ];
    // SAFETY: the caller answers for what was at the address.
    Errno::check(unsafe { syscall(number, arguments) })
}

/// Reserves these addresses, if nothing is there. A kernel before 4.17 takes the address for a wish.
pub(crate) fn reserve(address: usize, length: usize) -> Result<(), Errno> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE;
    let (number, _) = MMAP;
    let protection = libc::PROT_NONE as usize;
    let arguments = [address, length, protection, flags as usize, usize::MAX, 0];
    // SAFETY: nothing that is mapped is replaced.
    let reserved = Errno::check(unsafe { syscall(number, arguments) })?;
    if reserved == address {
        return Ok(());
    }
    // SAFETY: it was mapped just now.
    unsafe { unmap(reserved, length) };
    Err(Errno(libc::EEXIST))
}

/// Changes the protection of mapped pages.
///
/// # Safety
/// Nobody may rely on the protection that is taken away.
pub(crate) unsafe fn protect(address: usize, length: usize, protection: i32) -> Result<(), Errno> {
    // SAFETY: the caller answers for the pages.
    Errno::check(unsafe {
        syscall(
            libc::SYS_mprotect,
            [address, length, protection as usize, 0, 0, 0],
        )
    })
    .map(drop)
}

/// Takes pages out of the address space.
///
/// # Safety
/// Nobody may rely on them.
pub(crate) unsafe fn unmap(address: usize, length: usize) {
    // SAFETY: the caller answers for the pages. There is nothing to do about an error.
    unsafe { syscall(libc::SYS_munmap, [address, length, 0, 0, 0, 0]) };
}

/// Whether this process may read a file.
pub(crate) fn is_readable(path: &CStr) -> bool {
    let arguments = [
        libc::AT_FDCWD as usize,
        path.as_ptr().expose_provenance(),
        libc::R_OK as usize,
        0,
        0,
        0,
    ];
    // SAFETY: the path is a NUL-terminated string.
    unsafe { syscall(libc::SYS_faccessat, arguments) == 0 }
}

/// Owner, mode and type of what is at a path, which is not followed if it is a link.
pub(crate) fn status(path: &CStr) -> Result<libc::statx, Errno> {
    let mut status = MaybeUninit::<libc::statx>::uninit();
    let arguments = [
        libc::AT_FDCWD as usize,
        path.as_ptr().expose_provenance(),
        libc::AT_SYMLINK_NOFOLLOW as usize,
        (libc::STATX_TYPE | libc::STATX_MODE | libc::STATX_UID) as usize,
        status.as_mut_ptr().expose_provenance(),
        0,
    ];
    // SAFETY: the path is a NUL-terminated string, and the kernel writes the structure only.
    Errno::check(unsafe { syscall(libc::SYS_statx, arguments) })?;
    // SAFETY: the kernel has filled it.
    Ok(unsafe { status.assume_init() })
}

/// The target of a symbolic link, cut off where the buffer ends.
pub(crate) fn read_link<'a>(
    path: &CStr,
    buffer: &'a mut [MaybeUninit<u8>],
) -> Result<&'a [u8], Errno> {
    let (start, size) = (buffer.as_mut_ptr().expose_provenance(), buffer.len());
    let arguments = [
        libc::AT_FDCWD as usize,
        path.as_ptr().expose_provenance(),
        start,
        size,
        0,
        0,
    ];
    // SAFETY: the path is a NUL-terminated string, and the kernel writes into the buffer only.
    let length = Errno::check(unsafe { syscall(libc::SYS_readlinkat, arguments) })?;
    // SAFETY: the kernel has filled so many bytes, of as many as there are.
    Ok(unsafe { core::slice::from_raw_parts(buffer.as_ptr().cast(), length.min(size)) })
}

/// Writes pieces of text in one go. A message that cannot be written is lost.
pub(crate) fn write(descriptor: i32, pieces: &[&[u8]]) {
    // Large enough for every message of the stub; more pieces would be left out.
    let mut vector = [const { MaybeUninit::<libc::iovec>::uninit() }; 24];
    let mut count = 0;
    for (place, piece) in vector.iter_mut().zip(pieces) {
        place.write(libc::iovec {
            iov_base: piece.as_ptr().cast_mut().cast(),
            iov_len: piece.len(),
        });
        count += 1;
    }
    let arguments = [
        descriptor as usize,
        vector.as_ptr().expose_provenance(),
        count,
        0,
        0,
        0,
    ];
    // SAFETY: the first `count` vectors were filled with pieces, which the kernel only reads.
    unsafe { syscall(libc::SYS_writev, arguments) };
}

/// Whether the stack can grow down to `address`, where there has to be nothing of value. To try it by
/// writing there would end the process by a signal if it cannot; the kernel gives an error.
pub(crate) fn stack_reaches(address: *mut usize) -> Result<(), Errno> {
    let arguments = [
        0,
        libc::RLIMIT_STACK as usize,
        0,
        address.expose_provenance(),
        0,
        0,
    ];
    // SAFETY: the kernel writes two words, where the caller says that there is nothing of value.
    Errno::check(unsafe { syscall(libc::SYS_prlimit64, arguments) }).map(drop)
}

/// Ends the process.
pub(crate) fn exit(status: i32) -> ! {
    // SAFETY: nothing comes after it.
    unsafe {
        syscall(libc::SYS_exit_group, [status as usize, 0, 0, 0, 0, 0]);
        // A seccomp filter forbids it, and there is no other way to end but a signal.
        jump(core::ptr::null(), 0)
    }
}
