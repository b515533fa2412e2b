//! Paths.

use alloc::ffi::CString;
use alloc::string::String;
use core::ffi::CStr;

/// A path below a folder. An empty one is the folder itself. What stands behind a NUL is left out.
pub(crate) fn join(folder: &CStr, place: &[u8]) -> CString {
    let mut path = folder.to_bytes().to_vec();
    if !place.is_empty() {
        path.push(b'/');
        path.extend(place.iter().take_while(|it| **it != 0));
    }
    // SAFETY: there is no NUL in it.
    unsafe { CString::from_vec_unchecked(path) }
}

/// A path in a message: what is no plain text in it is replaced.
pub(crate) fn shown(path: &CStr) -> String {
    let text = String::from_utf8_lossy(path.to_bytes());
    text.chars()
        .map(|it| {
            if it.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                it
            }
        })
        .collect()
}
