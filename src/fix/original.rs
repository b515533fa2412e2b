//! The interpreter of which a tree gets a copy.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use memchr::memmem;
use memmap2::Mmap;

use crate::elf::{Architecture, Dynamic, Image};
use crate::explain::is_secure;
use crate::resolver::map_file;
use crate::stub_file::is_stub_or_place;

/// With this nixpkgs' `makeBinaryWrapper` begins the text in a wrapper by which it was made; the program's path follows.
const WRAPPER: &[u8] = b"makeCWrapper '";

/// An interpreter.
#[derive(Debug)]
pub struct Original {
    /// Its canonical path.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Mmap,
    /// For which machine it is.
    pub architecture: &'static Architecture,
    /// The loader that it names.
    pub loader: PathBuf,
}

impl Original {
    /// Reads the interpreter at a path.
    ///
    /// # Errors
    /// It cannot be copied and still be what it is; the text says what to do.
    pub fn read(path: &Path) -> Result<Self> {
        let operation = || format!("cannot use {} as the interpreter", path.display());
        let bytes = map_file(path).with_context(operation)?;
        ensure!(
            !is_secure(path, true),
            "{}: it has more rights than whoever starts it, which a copy would lose",
            operation()
        );
        ensure!(
            !bytes.starts_with(b"#!"),
            "{}: it is a script, which starts the interpreter with something set; name the interpreter itself \
             (--interpreter)",
            operation()
        );
        let image = Image::parse(&bytes).with_context(operation)?;
        if let Some(program) = wrapped(&bytes) {
            bail!(
                "{}: it is a wrapper of nixpkgs around {}, as `withPackages` makes them, and what it sets would be lost; \
                 make the tree with that interpreter itself",
                operation(),
                program.display()
            );
        }
        let architecture = Architecture::of(&image.identity)
            .with_context(|| format!("{}: it is for {}", operation(), image.identity))?;
        let interpreter = image
            .interpreter()
            .filter(|_| Dynamic::of(&image).is_some());
        let loader = interpreter
            .with_context(|| format!("{}: it is static, and loads no modules", operation()))?;
        Ok(Self {
            path: path.to_owned(),
            architecture,
            loader: loader.into(),
            bytes,
        })
    }

    /// Whether it is a foreign program: it names a stub, or the place of one, and no loader of its own.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        is_stub_or_place(&self.loader, self.architecture)
    }
}

/// The program that a wrapper starts.
fn wrapped(bytes: &[u8]) -> Option<PathBuf> {
    let at = memmem::find(bytes, WRAPPER)? + WRAPPER.len();
    let rest = bytes.get(at..)?;
    let end = memchr::memchr(b'\'', rest)?;
    Some(OsString::from_vec(rest[..end].to_vec()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapper_names_its_program() {
        let text =
            b"\0# ----\nmakeCWrapper '/nix/store/x-python3/bin/python3.13' \\\n  --set A b\0";
        let found = wrapped(text);
        assert_eq!(
            found.as_deref(),
            Some(Path::new("/nix/store/x-python3/bin/python3.13"))
        );
        assert_eq!(wrapped(b"makeCWrapper"), None);
    }

    #[test]
    fn scripts_and_files_that_are_no_programs_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("python3");
        for (contents, reason) in [
            ("#!/bin/sh\nexec python3\n", "it is a script"),
            ("text", "ELF"),
        ] {
            std::fs::write(&file, contents).unwrap();
            let error = format!("{:#}", Original::read(&file).unwrap_err());
            assert!(error.contains(reason), "{error}");
        }
    }
}
