//! Which loader a program asks the kernel for: its PT_INTERP segment.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use goblin::elf::program_header::PT_INTERP;

use super::{identify, segments};

/// The longest interpreter path the kernel takes, with its NUL: `PATH_MAX`, see `load_elf_binary`
/// in Linux's `fs/binfmt_elf.c`.
const LONGEST: u64 = 4096;

/// The interpreter that the ELF file at `path` names, or `None` if it names none, as static
/// programs and most libraries do.
///
/// # Errors
/// The file cannot be read, is no ELF file, or its headers are damaged.
pub fn interpreter(path: &Path) -> Result<Option<PathBuf>> {
    read(path).with_context(|| format!("cannot read which loader {} asks for", path.display()))
}

fn read(path: &Path) -> Result<Option<PathBuf>> {
    let identity = identify(path)?;
    let file = File::open(path)?;
    let segments = segments(&file, &identity)?;
    let Some(segment) = segments.iter().find(|segment| segment.kind == PT_INTERP) else {
        return Ok(None);
    };
    let length = segment.file_size;
    ensure!(
        (2..=LONGEST).contains(&length),
        "the loader's path has a length of {length}"
    );
    let mut name = vec![0; usize::try_from(length)?];
    file.read_exact_at(&mut name, segment.offset)
        .context("damaged PT_INTERP segment")?;
    ensure!(
        name.pop() == Some(0),
        "the loader's path does not end with a NUL"
    );
    // The kernel reads up to the first NUL.
    name.truncate(memchr::memchr(0, &name).unwrap_or(name.len()));
    Ok(Some(OsString::from_vec(name).into()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::elf::{Architecture, identify};

    #[test]
    fn a_program_of_this_host_names_a_loader_and_the_loader_names_none() {
        let program = std::env::current_exe().unwrap();
        let loader = interpreter(&program).unwrap().unwrap();
        let architecture = Architecture::of(&identify(&program).unwrap()).unwrap();
        assert_eq!(
            loader.file_name(),
            Path::new(architecture.loader_path).file_name()
        );
        assert_eq!(interpreter(&loader).unwrap(), None);
    }

    #[test]
    fn a_cut_off_program_is_an_error_that_names_it() {
        let directory = tempfile::tempdir().unwrap();
        let whole = fs::read(std::env::current_exe().unwrap()).unwrap();
        let file = directory.path().join("cut-off");
        for length in [0, 10, 63, 64, 100] {
            fs::write(&file, &whole[..length]).unwrap();
            let error = interpreter(&file).unwrap_err();
            assert!(
                format!("{error:#}").contains("cut-off"),
                "{length}: {error:#}"
            );
        }
    }
}
