//! Unpacking the payload: an archive of cpio, "newc", as the kernel's
//! `Documentation/driver-api/early-userspace/buffer-format.rst` has it, compressed by zstd.

use alloc::ffi::CString;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use core::ffi::CStr;

use ruzstd::decoding::StreamingDecoder;
use ruzstd::io::Read;

use crate::failure::Failure;
use crate::path::{join, shown};
use crate::sys::{self, Errno, File};
use crate::{Own, complete};

/// The size of an entry's header, and how it begins.
const HEAD: usize = 110;
const MAGIC: &[u8] = b"070701";

const DAMAGED: &str = "this file is damaged: get it anew";

/// Unpacks into a folder for this user alone, and puts it on the disk.
pub(crate) fn cached(own: &Own, folder: &CStr) -> Result<(), Failure> {
    let what = |error| cannot(folder, error);
    sys::make_folder(folder, 0o700).map_err(what)?;
    all(own, folder)?;
    complete::mark(folder, own).map_err(what)?;
    let folder = File::open(folder).map_err(what)?;
    folder.sync_file_system().map_err(what)
}

/// Unpacks into a folder of the user's choice, which must not be there yet.
pub(crate) fn extract(own: &Own, folder: &CStr) -> Result<(), Failure> {
    // Whoever makes it may remove it, if not all of it can be unpacked: nobody else's.
    match sys::make_folder(folder, 0o700) {
        Err(Errno(libc::EEXIST)) => {
            return Err(Failure::new(&format!("{} is there already", shown(folder))));
        }
        made => made.map_err(|error| cannot(folder, error))?,
    }
    let result = all(own, folder)
        .and_then(|()| complete::mark(folder, own).map_err(|error| cannot(folder, error)));
    if result.is_err() {
        _ = remove(folder);
    }
    result
}

fn cannot(path: &CStr, error: Errno) -> Failure {
    Failure::of(&format!("cannot unpack to {}", shown(path)), error)
}

/// Unpacks everything into an empty folder.
fn all(own: &Own, folder: &CStr) -> Result<(), Failure> {
    let decoder = StreamingDecoder::new(own.payload).map_err(|_| Failure::new(DAMAGED))?;
    let mut from = Payload { decoder };
    while let Some(entry) = from.entry()? {
        from.unpack(&entry, folder)?;
    }
    from.check()
}

struct Entry {
    place: Vec<u8>,
    mode: u32,
    size: usize,
}

struct Payload {
    decoder: StreamingDecoder<&'static [u8], ruzstd::decoding::FrameDecoder>,
}

impl Payload {
    fn read(&mut self, buffer: &mut [u8]) -> Result<(), Failure> {
        self.decoder
            .read_exact(buffer)
            .map_err(|_| Failure::new(DAMAGED))
    }

    /// Reads what is left, and holds everything against the checksum behind it.
    fn check(&mut self) -> Result<(), Failure> {
        let mut rest = [0; 64];
        while self
            .decoder
            .read(&mut rest)
            .map_err(|_| Failure::new(DAMAGED))?
            > 0
        {}
        let decoder = &self.decoder.decoder;
        let expected = decoder.get_checksum_from_data();
        if expected.is_none() || decoder.get_calculated_checksum() != expected {
            return Err(Failure::new(DAMAGED));
        }
        Ok(())
    }

    /// The next entry, whose content follows; `None` at the end.
    fn entry(&mut self) -> Result<Option<Entry>, Failure> {
        let damaged = || Failure::new(DAMAGED);
        let mut head = [0; HEAD];
        self.read(&mut head)?;
        let number = |at: usize| {
            let digits = core::str::from_utf8(&head[6 + 8 * at..14 + 8 * at]).ok()?;
            usize::from_str_radix(digits, 16).ok()
        };
        let (mode, size, length) = (number(1), number(6), number(11));
        let (Some(mode), Some(size), Some(length @ 1..=65536)) = (mode, size, length) else {
            return Err(damaged());
        };
        if !head.starts_with(MAGIC) {
            return Err(damaged());
        }
        let mut place = vec![0; (HEAD + length).next_multiple_of(4) - HEAD];
        self.read(&mut place)?;
        place.truncate(length - 1);
        if place == b"TRAILER!!!" {
            return Ok(None);
        }
        let leaves = |name: &[u8]| name == b"..";
        if place.starts_with(b"/") || place.split(|it| *it == b'/').any(leaves) {
            return Err(damaged());
        }
        let mode = mode as u32;
        Ok(Some(Entry { place, mode, size }))
    }

    fn unpack(&mut self, entry: &Entry, folder: &CStr) -> Result<(), Failure> {
        let path = join(folder, &entry.place);
        let what = |error| cannot(&path, error);
        match entry.mode & libc::S_IFMT {
            // The folder itself is there.
            it if it == libc::S_IFDIR && entry.place == b"." => {}
            it if it == libc::S_IFDIR => {
                sys::make_folder(&path, entry.mode & 0o777).map_err(what)?;
            }
            it if it == libc::S_IFLNK => {
                let mut target = vec![0; entry.size.min(65536)];
                self.read(&mut target)?;
                let target = CString::new(target).map_err(|_| Failure::new(DAMAGED))?;
                sys::make_link(&target, &path).map_err(what)?;
            }
            _ => self.file(&path, entry)?,
        }
        let mut rest = [0; 3];
        self.read(&mut rest[..entry.size.next_multiple_of(4) - entry.size])
    }

    fn file(&mut self, path: &CStr, entry: &Entry) -> Result<(), Failure> {
        let what = |error| cannot(path, error);
        let file = File::create(path, entry.mode & 0o777).map_err(what)?;
        let mut buffer = vec![0; entry.size.min(1 << 17)];
        let mut left = entry.size;
        while left > 0 {
            let piece = &mut buffer[..left.min(1 << 17)];
            self.read(piece)?;
            file.write_all(piece).map_err(what)?;
            left -= piece.len();
        }
        drop(file);
        sys::set_time(path, complete::TIME as _).map_err(what)
    }
}

/// Removes a folder with all that is in it, if it is there.
pub(crate) fn remove(folder: &CStr) -> Result<(), Errno> {
    match sys::remove(folder, libc::AT_REMOVEDIR) {
        Ok(()) | Err(Errno(libc::ENOENT)) => return Ok(()),
        Err(Errno(libc::ENOTDIR)) => return sys::remove(folder, 0),
        Err(Errno(libc::ENOTEMPTY | libc::EEXIST)) => {}
        Err(error) => return Err(error),
    }
    // It is closed before what is below it is opened: there may be more folders than a process may open.
    let names = File::open(folder)?.names()?;
    for name in names {
        remove(&join(folder, &name))?;
    }
    sys::remove(folder, libc::AT_REMOVEDIR)
}
