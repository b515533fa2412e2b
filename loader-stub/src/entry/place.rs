//! Where the bundle is: found from the path of the program's file.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use loader_stub::path_buffer::LongPathBuffer;
use loader_stub::stack::{InitialStack, at};

use crate::arch::syscall;
use crate::sys::{self, Errno};

/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

/// Room for the path of a bundle.
pub(crate) struct Place {
    read: [MaybeUninit<u8>; 4096],
    joined: LongPathBuffer,
}

impl Place {
    pub(crate) const fn new() -> Self {
        Self {
            read: [MaybeUninit::uninit(); _],
            joined: LongPathBuffer::new(),
        }
    }

    /// The bundle's folder by what the kernel says of the process, without a slash at its end; `None` if there is no /proc.
    /// `up` is the way there from the program's folder.
    pub(crate) fn by_process(&mut self, up: &[u8]) -> Option<&[u8]> {
        let size = self.read.len();
        let path = sys::read_link(c"/proc/self/exe", &mut self.read).ok()?;
        if !path.starts_with(b"/") || path.len() >= size {
            return None;
        }
        // The name of the file, and a folder for each `..`.
        let mut folder = path;
        for _ in 0..1 + up.split(|&byte| byte == b'/').count() {
            let end = folder.iter().rposition(|&byte| byte == b'/')?;
            folder = folder.get(..end)?;
        }
        Some(folder)
    }

    /// The same by the path at which the program was executed. Links of the file itself are followed here, those of folders
    /// by whoever uses the path.
    pub(crate) fn by_path(&mut self, stack: &InitialStack<'_>, up: &[u8]) -> Result<&[u8], Errno> {
        let none = Errno(libc::ENOENT);
        let too_long = Errno(libc::ENAMETOOLONG);
        if stack.aux(at::EXECFN) == 0 {
            return Err(none);
        }
        let executed = stack.program().ok_or(none)?;
        let mut buffer = LongPathBuffer::new();
        let mut path: &CStr = buffer.concat(&[executed.to_bytes()]).ok_or(too_long)?;
        for _ in 0..MOST_LINKS {
            let target = match sys::read_link(path, &mut self.read) {
                Ok(target) => target,
                Err(Errno(libc::EINVAL)) => break,
                Err(errno) => return Err(errno),
            };
            let is_absolute = target.starts_with(b"/");
            let folder = if is_absolute {
                b""
            } else {
                folder(path.to_bytes())
            };
            let next = self.joined.concat(&[folder, target]).ok_or(too_long)?;
            path = buffer.concat(&[next.to_bytes()]).ok_or(too_long)?;
        }
        let path = folder(path.to_bytes());
        let mut here = &b""[..];
        if !path.starts_with(b"/") {
            here = current_directory(&mut self.read)?;
        }
        let slash = if here.is_empty() { &b""[..] } else { b"/" };
        let bundle = self
            .joined
            .concat(&[here, slash, path, up])
            .ok_or(too_long)?;
        Ok(bundle.to_bytes())
    }
}

/// The folder of a path, with the slash at its end; nothing if that is the current one.
fn folder(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|&byte| byte == b'/');
    path.get(..end.map_or(0, |end| end + 1)).unwrap_or_default()
}

/// The path of the current directory. One that is gone, or that lies outside of the process's root, has none.
fn current_directory(buffer: &mut [MaybeUninit<u8>]) -> Result<&[u8], Errno> {
    let (start, size) = (buffer.as_mut_ptr().expose_provenance(), buffer.len());
    // SAFETY: the kernel writes into the buffer only.
    let length = Errno::check(unsafe { syscall(libc::SYS_getcwd, [start, size, 0, 0, 0, 0]) })?;
    let length = length.saturating_sub(1).min(size);
    // SAFETY: the kernel has filled so many bytes and a NUL.
    let path: &[u8] = unsafe { core::slice::from_raw_parts(buffer.as_ptr().cast(), length) };
    // "(unreachable)/..."
    match path.starts_with(b"/") {
        true => Ok(path),
        false => Err(Errno(libc::ENOENT)),
    }
}

/// Whether something is at a path.
pub(crate) fn is_there(path: &CStr) -> bool {
    let path = path.as_ptr().expose_provenance();
    let arguments = [libc::AT_FDCWD as usize, path, libc::F_OK as usize, 0, 0, 0];
    // SAFETY: the path is a NUL-terminated string.
    unsafe { syscall(libc::SYS_faccessat, arguments) == 0 }
}
