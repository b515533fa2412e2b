//! Reading the `bundle.json` of a bundle, in whichever form it is.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Component, Path};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::MultiGzDecoder;

use super::run;
use crate::bundle::manifest::{FILE_NAME, Manifest};
use crate::bundle::read;

/// The largest `bundle.json` that is read. One of a thousand files has 300 KB.
const LARGEST: u64 = 256 << 20;

/// What is in a bundle: a folder, or an archive of any of the formats that are written here.
///
/// # Errors
/// It is neither, is damaged, or cannot be read.
pub fn manifest_of(path: &Path) -> Result<Manifest> {
    if path.is_dir() {
        return read(path);
    }
    let what = || format!("cannot read the bundle {}", path.display());
    let file = File::open(path).with_context(what)?;
    let bytes = bundle_json(file).with_context(what)?;
    crate::bundle::parse(&bytes).with_context(what)
}

/// The files of an archive, by their format.
pub(super) enum Inside {
    /// As tar has them: tar.gz, tar.zst, deb.
    Tar(Box<dyn Read>),
    /// As cpio has them: rpm, run.
    Cpio(Box<dyn Read>),
}

/// What is inside of an archive that `ldshim bundle` has written.
pub(super) fn inside(mut file: File) -> Result<Inside> {
    let mut magic = Vec::new();
    (&mut file).take(8).read_to_end(&mut magic)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(match &magic[..] {
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Inside::Tar(Box::new(zstd::Decoder::new(file)?)),
        [0x1f, 0x8b, ..] => Inside::Tar(Box::new(MultiGzDecoder::new(BufReader::new(file)))),
        b"!<arch>\n" => {
            let data = BufReader::new(data_of_deb(file)?);
            Inside::Tar(Box::new(MultiGzDecoder::new(data)))
        }
        [0xed, 0xab, 0xee, 0xdb, ..] => {
            skip_rpm_headers(&mut file)?;
            Inside::Cpio(Box::new(zstd::Decoder::new(file)?))
        }
        b"\x7fELF\x02\x01\x01\x00" | b"\x7fELF\x01\x01\x01\x00" => {
            Inside::Cpio(Box::new(zstd::Decoder::new(run::payload(file)?)?))
        }
        _ => bail!("it is no folder, and no archive that `ldshim bundle` writes"),
    })
}

fn bundle_json(file: File) -> Result<Vec<u8>> {
    match inside(file)? {
        Inside::Tar(files) => in_tar(files),
        Inside::Cpio(files) => in_cpio(files),
    }
}

/// Whether a name in an archive is that of the bundle's own file: other programs' data may have files of that name deeper down.
pub(super) fn is_bundle_json(name: &Path) -> bool {
    let leads_out = |it| matches!(it, Component::ParentDir | Component::RootDir);
    if name.components().any(leads_out) {
        return false;
    }
    let mut names = name.iter().filter(|it| *it != ".");
    let first = names.next();
    let rest: Vec<_> = names.collect();
    match (first.and_then(|it| it.to_str()), &rest[..]) {
        (Some(FILE_NAME), []) => true,
        (Some("usr"), [lib, _, last]) => *lib == "lib" && *last == FILE_NAME,
        (Some(_), [last]) => *last == FILE_NAME,
        _ => false,
    }
}

pub(super) const NONE: &str = "it has no bundle.json: bundles have one";

fn in_tar(from: impl Read) -> Result<Vec<u8>> {
    let mut archive = tar::Archive::new(from);
    for entry in archive.entries()? {
        let entry = entry.context("it is damaged, or no archive of a bundle")?;
        if is_bundle_json(&entry.path()?) {
            return content(entry);
        }
    }
    bail!(NONE)
}

fn content(from: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut bytes)?;
    ensure!(
        bytes.len() as u64 <= LARGEST,
        "its {FILE_NAME} is too large"
    );
    Ok(bytes)
}

/// The member `data.tar.gz`: deb(5).
fn data_of_deb(mut file: File) -> Result<impl Read + 'static> {
    file.seek(SeekFrom::Start(8))?;
    loop {
        let mut head = [0; 60];
        file.read_exact(&mut head).context(NONE)?;
        let number = |it: &[u8]| std::str::from_utf8(it).ok()?.trim().parse::<u64>().ok();
        let size = number(&head[48..58]).context("it is damaged: a member has no size")?;
        if head.starts_with(b"data.tar.gz ") {
            return Ok(file.take(size));
        }
        ensure!(
            !head.starts_with(b"data.tar"),
            "it is a package of Debian that `ldshim bundle` has not written"
        );
        let next = size.checked_next_multiple_of(2).context("it is damaged")?;
        file.seek_relative(i64::try_from(next)?)?;
    }
}

/// Goes to where the payload begins: behind the lead, the signature and the header.
fn skip_rpm_headers(file: &mut File) -> Result<()> {
    file.seek(SeekFrom::Start(96))?;
    for is_signature in [true, false] {
        let mut head = [0; 16];
        file.read_exact(&mut head)
            .context("it is damaged: it ends early")?;
        ensure!(
            head.starts_with(&[0x8e, 0xad, 0xe8, 1]),
            "it is damaged: it has no header"
        );
        let word =
            |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let length = i64::from(word(8)) * 16 + i64::from(word(12));
        file.seek_relative(length)?;
        if is_signature {
            let place = file.stream_position()?;
            file.seek(SeekFrom::Start(place.next_multiple_of(8)))?;
        }
    }
    Ok(())
}

/// See `cpio.rs` for the format.
fn in_cpio(mut from: impl Read) -> Result<Vec<u8>> {
    let damaged = "it is damaged, or no archive of a bundle";
    loop {
        let mut head = [0; 110];
        from.read_exact(&mut head).context(damaged)?;
        ensure!(head.starts_with(b"070701"), damaged);
        let number = |at: usize| {
            let digits = head.get(6 + 8 * at..14 + 8 * at).context(damaged)?;
            let text = std::str::from_utf8(digits).context(damaged)?;
            u64::from_str_radix(text, 16).context(damaged)
        };
        let (size, length) = (number(6)?, number(11)?);
        ensure!((2..=65536).contains(&length), damaged);
        // The name ends with a NUL, and is filled up to a multiple of 4 with what stands before it.
        let mut name = vec![0; (110 + length).next_multiple_of(4) as usize - 110];
        from.read_exact(&mut name).context(damaged)?;
        name.truncate(length as usize - 1);
        let name = String::from_utf8(name).context(damaged)?;
        if is_bundle_json(Path::new(&name)) {
            return content(from.take(size));
        }
        ensure!(name != "TRAILER!!!", NONE);
        let skipped = size.next_multiple_of(4);
        let passed = io::copy(&mut (&mut from).take(skipped), &mut io::sink())?;
        ensure!(passed == skipped, damaged);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundles_own_file_is_told_from_others_of_that_name() {
        for name in [
            "bundle.json",
            "./bundle.json",
            "a-1/bundle.json",
            "./usr/lib/a/bundle.json",
        ] {
            assert!(is_bundle_json(Path::new(name)), "{name}");
        }
        for name in [
            "../bundle.json",
            "/bundle.json",
            "../usr/lib/a/bundle.json",
            "a/b/bundle.json",
            "a/bundle",
        ] {
            assert!(!is_bundle_json(Path::new(name)), "{name}");
        }
    }
}
