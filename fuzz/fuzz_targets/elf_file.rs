//! What the tool asks of ELF files: identity, segments, interpreter, sections, and whether it is a stub.

#![no_main]

use std::fs::File;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::OnceLock;

use ldshim::stub_file::StubFile;
use ldshim::{elf, library_env};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = file();
    file.set_len(0).expect("memory");
    file.write_all_at(bytes, 0).expect("memory");
    let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    if let Ok(identity) = elf::identify(&path) {
        let _ = identity.to_string();
        if let Ok(segments) = elf::segments(file, &identity) {
            assert!(segments.len() <= usize::from(u16::MAX));
        }
    }
    let _ = elf::interpreter(&path);
    if let Ok(Some(section)) = elf::section(&path, ".text") {
        let _ = section.offset.checked_add(section.size);
    }
    let _ = StubFile::read(&path).map(|stub| stub.baked().map(|baked| format!("{baked:?}")));
    let _ = library_env::cache_place(&path);
});

/// A file without a place in a file system.
fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| {
        // SAFETY: the name ends with a NUL, and nobody else has the descriptor.
        unsafe { File::from_raw_fd(memfd_create(c"elf".as_ptr(), 0)) }
    })
}

unsafe extern "C" {
    fn memfd_create(name: *const std::ffi::c_char, flags: std::ffi::c_uint) -> std::ffi::c_int;
}
