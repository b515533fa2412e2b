//! Libraries that are loaded before those that the program needs: LD_PRELOAD and the loader's own list,
//! as `dl_main` in glibc's `elf/rtld.c` has it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use super::found::Failure;
use super::loading::{Loading, PROGRAM};

/// What came of the libraries to preload.
pub(super) struct Preloads {
    pub(super) loaded: Vec<usize>,
    pub(super) failures: Vec<Failure>,
}

impl Loading<'_> {
    pub(super) fn preload(&mut self) -> Preloads {
        let mut names = Vec::new();
        if let Some(list) = &self.start.preload
            && !self.start.is_secure
        {
            let list = list.as_bytes().split(|byte| b" :".contains(byte));
            names.extend(list.map(<[u8]>::to_vec));
        }
        names.extend(
            self.start
                .loader
                .preload_file
                .as_deref()
                .map_or(Vec::new(), names_in),
        );
        let mut failures = Vec::new();
        for name in names.iter().filter(|name| !name.is_empty()) {
            let name = OsStr::from_bytes(name);
            let known = self.objects.len();
            match self.map(PROGRAM, name) {
                Ok(number) if self.objects[number].path.is_none() && number == known => {
                    // Nothing stands in for a library that cannot be preloaded.
                    self.objects.pop();
                    self.chain.pop();
                    failures.push(Failure::new(
                        name.as_bytes(),
                        "cannot open shared object file",
                    ));
                }
                Ok(_) => {}
                Err(failure) => failures.push(failure),
            }
        }
        Preloads {
            loaded: self.chain[2..].to_vec(),
            failures,
        }
    }
}

/// The libraries that a file lists for all programs whose loader reads it; none if it cannot be read.
#[must_use]
pub fn preloaded_by(file: &Path) -> Vec<OsString> {
    let names = names_in(file).into_iter();
    names
        .filter(|it| !it.is_empty())
        .map(OsString::from_vec)
        .collect()
}

/// The libraries that a file lists, for instance `/etc/ld.so.preload`. A `#` begins a comment.
fn names_in(file: &Path) -> Vec<Vec<u8>> {
    let Ok(text) = std::fs::read(file) else {
        return Vec::new();
    };
    let lines = text.split(|&byte| byte == b'\n');
    let names = lines.flat_map(|line| {
        let end = memchr::memchr(b'#', line).unwrap_or(line.len());
        line[..end].split(|byte| b": \t".contains(byte))
    });
    names.map(<[u8]>::to_vec).collect()
}
