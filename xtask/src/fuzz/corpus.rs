//! A corpus: the inputs of a fuzz target, one file each, and the archive that keeps them in one file.
//!
//! The archive tells nothing but names and contents: the same inputs make the same bytes, on every machine.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};

/// How hard zstd tries. A corpus is small, and written seldom.
const LEVEL: i32 = 19;

/// Unpacks an archive into `folder`, which has nothing else then.
///
/// # Errors
/// The archive cannot be read, or `folder` not be written.
pub fn unpack(archive: &Path, folder: &Path) -> Result<()> {
    let context = || {
        format!(
            "cannot unpack {} into {}",
            archive.display(),
            folder.display()
        )
    };
    let unpack = || -> io::Result<()> {
        let file = zstd::Decoder::new(File::open(archive)?)?;
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(folder)?,
        }
        tar::Archive::new(file).unpack(folder)
    };
    unpack().with_context(context)
}

/// Writes the files of `folder` into an archive. One that is there already is replaced in one step.
///
/// # Errors
/// `folder` cannot be read, or the archive not be written.
pub fn pack(folder: &Path, archive: &Path) -> Result<()> {
    let context = || {
        format!(
            "cannot pack {} into {}",
            folder.display(),
            archive.display()
        )
    };
    let pack = || -> io::Result<()> {
        let beside = archive.with_extension("new");
        let mut file = File::create(&beside)?;
        file.write_all(&packed(folder)?)?;
        file.sync_all()?;
        fs::rename(&beside, archive)
    };
    pack().with_context(context)
}

fn packed(folder: &Path) -> io::Result<Vec<u8>> {
    let mut paths = folder
        .read_dir()?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    let mut builder = tar::Builder::new(zstd::Encoder::new(Vec::new(), LEVEL)?);
    for path in paths {
        let input = fs::read(&path)?;
        // Its time and owner are 0.
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(input.len() as u64);
        let name = path.file_name().unwrap_or_default();
        builder.append_data(&mut header, name, input.as_slice())?;
    }
    builder.into_inner()?.finish()
}

#[cfg(test)]
mod unit_tests {
    use std::collections::BTreeMap;
    use std::time::SystemTime;

    use super::*;

    fn folder(inputs: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, input) in inputs {
            fs::write(folder.path().join(name), input).expect("an input");
        }
        folder
    }

    fn inputs(folder: &Path) -> BTreeMap<String, Vec<u8>> {
        let entries = folder.read_dir().expect("a folder").map(|entry| {
            let entry = entry.expect("an entry");
            let name = entry.file_name().into_string().expect("a name");
            (name, fs::read(entry.path()).expect("an input"))
        });
        entries.collect()
    }

    #[test]
    fn what_is_packed_is_unpacked_and_nothing_else_is_left() {
        let from = folder(&[("a", b"one"), ("b", b""), ("c", &[0xff; 4096])]);
        let to = folder(&[("b", b"of an older corpus"), ("d", b"too")]);
        let archive = from.path().with_extension("tar.zst");
        pack(from.path(), &archive).expect("an archive");
        unpack(&archive, to.path()).expect("it can be unpacked");
        fs::remove_file(&archive).expect("it is there");
        assert_eq!(inputs(to.path()), inputs(from.path()));
    }

    #[test]
    fn the_same_inputs_make_the_same_bytes_and_others_do_not() {
        let first = folder(&[("a", b"one"), ("b", b"two")]);
        let second = folder(&[("b", b"two"), ("a", b"one")]);
        let long_ago = File::options().write(true).open(second.path().join("a"));
        let changed = long_ago
            .expect("an input")
            .set_modified(SystemTime::UNIX_EPOCH);
        changed.expect("its time can be changed");
        let bytes = |folder: &tempfile::TempDir| packed(folder.path()).expect("an archive");
        assert_eq!(bytes(&first), bytes(&second));
        fs::write(second.path().join("a"), b"three").expect("an input");
        assert_ne!(bytes(&first), bytes(&second));
    }

    #[test]
    fn an_archive_that_is_missing_is_named() {
        let to = folder(&[("a", b"one")]);
        let error = unpack(Path::new("/no/such.tar.zst"), to.path()).expect_err("it is missing");
        assert!(error.to_string().contains("/no/such.tar.zst"), "{error}");
        assert!(to.path().join("a").exists());
    }
}
