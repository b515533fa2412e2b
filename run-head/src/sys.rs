//! The system calls of the head, typed.

use alloc::vec::Vec;
use core::ffi::{CStr, c_long};
use core::mem::MaybeUninit;

use crate::arch::syscall;

/// Why a system call failed: one of libc's `E*` numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Errno(pub(crate) i32);

type Answer<T> = Result<T, Errno>;

/// What is at a path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Status {
    pub(crate) owner: u32,
    pub(crate) mode: u32,
    pub(crate) size: u64,
    /// When it was changed last: seconds and nanoseconds.
    pub(crate) time: (i64, u32),
}

/// Makes a call with words that are no addresses of memory which the kernel writes to.
///
/// # Safety
/// Addresses among the arguments are those of what the call reads.
unsafe fn call(number: c_long, arguments: &[usize]) -> Answer<usize> {
    let mut all = [0; 6];
    for (place, argument) in all.iter_mut().zip(arguments) {
        *place = *argument;
    }
    // SAFETY: the caller answers for the memory.
    let answer = unsafe { syscall(number, all) };
    if (-4095..0).contains(&answer) {
        Err(Errno(-answer as i32))
    } else {
        Ok(answer as usize)
    }
}

fn address(path: &CStr) -> usize {
    path.as_ptr().expose_provenance()
}

const HERE: usize = libc::AT_FDCWD as usize;

/// An open file, closed when it is dropped.
#[derive(Debug)]
pub(crate) struct File(usize);

impl Drop for File {
    fn drop(&mut self) {
        // SAFETY: no memory is involved, and nobody else has this descriptor.
        _ = unsafe { call(libc::SYS_close, &[self.0]) };
    }
}

impl File {
    fn with(path: &CStr, flags: i32, mode: u32) -> Answer<Self> {
        let flags = flags | libc::O_CLOEXEC | libc::O_NOCTTY;
        let arguments = [HERE, address(path), flags as usize, mode as usize];
        // SAFETY: the path is a NUL-terminated string.
        unsafe { call(libc::SYS_openat, &arguments) }.map(Self)
    }

    pub(crate) fn open(path: &CStr) -> Answer<Self> {
        Self::with(path, libc::O_RDONLY, 0)
    }

    /// Makes a file that was not there.
    pub(crate) fn create(path: &CStr, mode: u32) -> Answer<Self> {
        Self::with(
            path,
            libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL | libc::O_NOFOLLOW,
            mode,
        )
    }

    pub(crate) fn size(&self) -> Answer<usize> {
        // SAFETY: no memory is involved.
        unsafe { call(libc::SYS_lseek, &[self.0, 0, libc::SEEK_END as usize]) }
    }

    /// Shows the file in memory, for as long as the process lives.
    pub(crate) fn map(&self, length: usize) -> Answer<&'static [u8]> {
        let arguments = [
            0,
            length,
            libc::PROT_READ as usize,
            libc::MAP_PRIVATE as usize,
            self.0,
            0,
        ];
        // SAFETY: the kernel chooses an address at which nothing is.
        let start = unsafe { call(MAP, &arguments) }?;
        // SAFETY: so many bytes are mapped there, and nobody unmaps them. Whoever writes to an executable that runs is refused
        // by the kernel.
        Ok(unsafe {
            core::slice::from_raw_parts(core::ptr::with_exposed_provenance(start), length)
        })
    }

    pub(crate) fn write_all(&self, mut bytes: &[u8]) -> Answer<()> {
        while !bytes.is_empty() {
            let start = bytes.as_ptr().expose_provenance();
            // SAFETY: the kernel reads the bytes only.
            match unsafe { call(libc::SYS_write, &[self.0, start, bytes.len()]) } {
                Ok(count) => bytes = &bytes[count..],
                Err(Errno(libc::EINTR)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Waits until nobody else has locked it.
    pub(crate) fn lock(&self) -> Answer<()> {
        loop {
            // SAFETY: no memory is involved.
            match unsafe { call(libc::SYS_flock, &[self.0, libc::LOCK_EX as usize]) } {
                Err(Errno(libc::EINTR)) => {}
                answer => return answer.map(drop),
            }
        }
    }

    /// Sees to it that all of its file system is on the disk.
    pub(crate) fn sync_file_system(&self) -> Answer<()> {
        // SAFETY: no memory is involved.
        unsafe { call(libc::SYS_syncfs, &[self.0]) }.map(drop)
    }

    /// The names in a folder, without `.` and `..`.
    pub(crate) fn names(&self) -> Answer<Vec<Vec<u8>>> {
        let mut names = Vec::new();
        let mut buffer = [0_u64; 1024];
        loop {
            let start = buffer.as_mut_ptr().expose_provenance();
            let arguments = [self.0, start, size_of_val(&buffer)];
            // SAFETY: the kernel writes into the buffer only.
            let length = unsafe { call(libc::SYS_getdents64, &arguments) }?;
            if length == 0 {
                return Ok(names);
            }
            // SAFETY: the kernel has filled so many bytes, of as many as there are.
            let bytes =
                unsafe { core::slice::from_raw_parts(buffer.as_ptr().cast::<u8>(), length) };
            let mut rest = bytes;
            // struct linux_dirent64: the length of the entry at 16, its name from 19 on, up to a NUL.
            while let Some(&[low, high]) = rest.get(16..18) {
                let end = usize::from(u16::from_le_bytes([low, high])).min(rest.len());
                let name = rest.get(19..end).unwrap_or_default();
                let name = name.split(|it| *it == 0).next().unwrap_or_default();
                if name != b"." && name != b".." {
                    names.push(name.to_vec());
                }
                rest = &rest[end.max(19).min(rest.len())..];
            }
        }
    }
}

#[cfg(target_pointer_width = "64")]
const MAP: c_long = libc::SYS_mmap;
#[cfg(target_pointer_width = "32")]
const MAP: c_long = libc::SYS_mmap2;

/// Pages of zeros.
pub(crate) fn pages(length: usize) -> Answer<usize> {
    let protection = (libc::PROT_READ | libc::PROT_WRITE) as usize;
    let flags = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as usize;
    // SAFETY: the kernel chooses an address at which nothing is.
    unsafe { call(MAP, &[0, length, protection, flags, usize::MAX, 0]) }
}

/// Takes pages out of the address space.
///
/// # Safety
/// Nobody may rely on them.
pub(crate) unsafe fn unmap(start: usize, length: usize) {
    // SAFETY: the caller answers for the pages.
    _ = unsafe { call(libc::SYS_munmap, &[start, length]) };
}

/// What is at a path, which is not followed if it is a link.
pub(crate) fn status(path: &CStr) -> Answer<Status> {
    let mut status = MaybeUninit::<libc::statx>::uninit();
    let arguments = [
        HERE,
        address(path),
        libc::AT_SYMLINK_NOFOLLOW as usize,
        libc::STATX_BASIC_STATS as usize,
        status.as_mut_ptr().expose_provenance(),
    ];
    // SAFETY: the path is a NUL-terminated string, and the kernel writes the structure only.
    unsafe { call(libc::SYS_statx, &arguments) }?;
    // SAFETY: the kernel has filled it.
    let status = unsafe { status.assume_init() };
    Ok(Status {
        owner: status.stx_uid,
        mode: u32::from(status.stx_mode),
        size: status.stx_size,
        time: (status.stx_mtime.tv_sec, status.stx_mtime.tv_nsec),
    })
}

pub(crate) fn make_folder(path: &CStr, mode: u32) -> Answer<()> {
    // SAFETY: the path is a NUL-terminated string.
    unsafe { call(libc::SYS_mkdirat, &[HERE, address(path), mode as usize]) }.map(drop)
}

pub(crate) fn make_link(target: &CStr, path: &CStr) -> Answer<()> {
    // SAFETY: both are NUL-terminated strings.
    unsafe { call(libc::SYS_symlinkat, &[address(target), HERE, address(path)]) }.map(drop)
}

pub(crate) fn rename(from: &CStr, to: &CStr) -> Answer<()> {
    let arguments = [HERE, address(from), HERE, address(to), 0];
    // SAFETY: both are NUL-terminated strings.
    unsafe { call(libc::SYS_renameat2, &arguments) }.map(drop)
}

/// Removes a file or link, or with [`libc::AT_REMOVEDIR`] an empty folder.
pub(crate) fn remove(path: &CStr, flags: i32) -> Answer<()> {
    // SAFETY: the path is a NUL-terminated string.
    unsafe { call(libc::SYS_unlinkat, &[HERE, address(path), flags as usize]) }.map(drop)
}

/// Sets both times of what is at a path, a link itself too, in seconds since 1970.
pub(crate) fn set_time(path: &CStr, time: c_long) -> Answer<()> {
    // struct timespec, twice, as the kernel has it: words.
    let times: [c_long; 4] = [time, 0, time, 0];
    let arguments = [
        HERE,
        address(path),
        times.as_ptr().expose_provenance(),
        libc::AT_SYMLINK_NOFOLLOW as usize,
    ];
    // SAFETY: the path is a NUL-terminated string, and the kernel reads the times.
    unsafe { call(libc::SYS_utimensat, &arguments) }.map(drop)
}

/// Becomes another program. Returns only if that fails.
///
/// # Safety
/// Both lists end with NULL, and have addresses of NUL-terminated strings.
pub(crate) unsafe fn execute(path: &CStr, arguments: usize, environment: usize) -> Errno {
    // SAFETY: the caller answers for the lists.
    match unsafe { call(libc::SYS_execve, &[address(path), arguments, environment]) } {
        Err(error) => error,
        Ok(_) => Errno(libc::ENOSYS),
    }
}

/// Whether the file system of a path lets nothing be executed.
pub(crate) fn is_noexec(path: &CStr) -> bool {
    // struct statfs of the kernel: words. `f_flags` stands behind f_fsid, which has 64 bits, f_namelen and f_frsize.
    const FLAGS: usize = if cfg!(target_pointer_width = "64") {
        10
    } else {
        11
    };
    let mut status = [0_usize; 32];
    let start = status.as_mut_ptr().expose_provenance();
    // SAFETY: the path is a NUL-terminated string, and the kernel writes the structure only, which is shorter.
    let answer = unsafe { call(libc::SYS_statfs, &[address(path), start]) };
    answer.is_ok() && core::hint::black_box(status)[FLAGS] & libc::ST_NOEXEC as usize != 0
}

/// Writes to standard error. What cannot be written is lost.
pub(crate) fn complain(text: &[u8]) {
    let error = core::mem::ManuallyDrop::new(File(2));
    _ = error.write_all(text);
}

/// Writes to standard output.
pub(crate) fn print(text: &[u8]) -> Answer<()> {
    core::mem::ManuallyDrop::new(File(1)).write_all(text)
}

/// Ends the process.
pub(crate) fn exit(status: i32) -> ! {
    loop {
        // SAFETY: nothing comes after it.
        _ = unsafe { call(libc::SYS_exit_group, &[status as usize]) };
    }
}
