//! Whether an unpacked bundle is complete.
//!
//! Folders of one have a time of their own, [`TIME`], which changes when something in them is removed, renamed or added. So it
//! is enough to look at the folders, as long as nothing has changed.

use core::ffi::CStr;

use run_head::index::{Record, records};

use crate::Own;
use crate::path::join;
use crate::sys::{self, Errno};

/// The time of everything that was unpacked, in seconds since 1970: that of files in the Nix store, by which Python knows
/// whether what it has compiled is still good.
pub(crate) const TIME: i64 = 1;

/// Whether nothing has changed since it was unpacked.
pub(crate) fn is_complete(bundle: &CStr, own: &Own) -> bool {
    records(own.index).all(|it| match it {
        Record::Folder(place) => {
            sys::status(&join(bundle, place)).is_ok_and(|it| it.time == (TIME, 0))
        }
        _ => true,
    })
}

/// Whether everything is there still, with the right size: somebody, such as Python, may have put something beside it.
pub(crate) fn has_everything(bundle: &CStr, own: &Own) -> bool {
    let kind = |mode: u32| mode & libc::S_IFMT;
    records(own.index).all(|it| {
        let status = |place| sys::status(&join(bundle, place)).ok();
        match it {
            Record::Folder(place) => status(place).is_some_and(|it| kind(it.mode) == libc::S_IFDIR),
            Record::File(size, place) => {
                status(place).is_some_and(|it| kind(it.mode) == libc::S_IFREG && it.size == size)
            }
            Record::Link(place) => status(place).is_some_and(|it| kind(it.mode) == libc::S_IFLNK),
            _ => true,
        }
    })
}

/// Marks it as complete.
pub(crate) fn mark(bundle: &CStr, own: &Own) -> Result<(), Errno> {
    records(own.index).try_for_each(|it| match it {
        Record::Folder(place) => sys::set_time(&join(bundle, place), TIME as _),
        _ => Ok(()),
    })
}
