//! Packages of Debian: deb(5), deb-control(5), Debian Policy.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use md5::{Digest, Md5};

use super::contents::{Bytes, Entry, Kind, with_folders};
use super::package::Package;
use super::{compressed, deb_papers, tar_file};
use crate::bundle::hash::{add_all, hexadecimal};
use crate::parallel;

/// Writes a bundle as a package, with data and control files in gzip: dpkg reads zstd only since Debian 12.
///
/// # Errors
/// The bundle is not what its manifest says, or the file system refuses.
pub(super) fn write(
    out: &mut File,
    bundle: &Path,
    package: &Package<'_>,
    level: i32,
    watch: &dyn Fn(u64),
) -> Result<Vec<Entry>> {
    let mut entries = package.contents(bundle)?;
    deb_papers::add(&mut entries, bundle, package)?;
    with_folders(&mut entries, Path::new(""));
    let control = [
        Entry::text("control", control(package, &entries)?.into_bytes()),
        Entry::text("md5sums", sums(&entries)?.into_bytes()),
    ];

    out.write_all(b"!<arch>\n")?;
    let time = package.time;
    member(out, "debian-binary", time, |out| {
        Ok(out.write_all(b"2.0\n")?)
    })?;
    member(out, "control.tar.gz", time, |out| {
        let gzip = compressed::Gzip::new(out, level);
        tar_file::write(gzip, &with_root(&control), time, &|_| {})?.finish()?;
        Ok(())
    })?;
    member(out, "data.tar.gz", time, |out| {
        let gzip = compressed::Gzip::new(out, level);
        tar_file::write(gzip, &with_root(&entries), time, watch)?.finish()?;
        Ok(())
    })?;
    Ok(entries)
}

/// A member of an archive of ar. Its size is written once it is known.
fn member(
    out: &mut File,
    name: &str,
    time: u32,
    content: impl FnOnce(&mut File) -> Result<()>,
) -> Result<()> {
    let head = |size: u64| {
        format!(
            "{name:<16}{time:<12}{:<6}{:<6}{:<8}{size:<10}`\n",
            0, 0, "100644"
        )
    };
    let start = out.stream_position()?;
    out.write_all(head(0).as_bytes())?;
    let first = out.stream_position()?;
    content(out)?;
    let end = out.stream_position()?;
    let size = end - first;
    if size >= 10_u64.pow(10) {
        bail!("{name} has {size} bytes, and a Debian package has room for less than 10 GB");
    }
    out.seek(SeekFrom::Start(start))?;
    out.write_all(head(size).as_bytes())?;
    out.seek(SeekFrom::Start(end))?;
    if size % 2 == 1 {
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The same entries with the root folder before them, as dpkg-deb has it.
fn with_root(entries: &[Entry]) -> Vec<Entry> {
    let root = Entry {
        place: ".".into(),
        kind: Kind::Folder,
    };
    std::iter::once(root)
        .chain(entries.iter().cloned())
        .collect()
}

fn control(package: &Package<'_>, entries: &[Entry]) -> Result<String> {
    let architecture = match &*package.manifest.system {
        "x86_64-linux" => "amd64",
        "aarch64-linux" => "arm64",
        "i686-linux" => "i386",
        "riscv64-linux" => "riscv64",
        system => bail!("it is not known what Debian calls {system}"),
    };
    // As dpkg-gencontrol counts: kibibytes for files, rounded up, and one for whatever else there is.
    let kibibytes = |it: &Entry| match it.kind {
        Kind::File { size, .. } => size.div_ceil(1024),
        _ => 1,
    };
    let size: u64 = entries.iter().map(kibibytes).sum();
    let long = package.long_description().replace('\n', "\n ");
    Ok(format!(
        "Package: {}\nVersion: {}\nArchitecture: {architecture}\nMaintainer: {}\nInstalled-Size: {size}\n\
         Section: misc\nPriority: optional\nDescription: {}\n {long}\n",
        package.name, package.version, package.maintainer, package.description,
    ))
}

/// The MD5 of each file, as md5sum(1) prints it.
fn sums(entries: &[Entry]) -> Result<String> {
    let files: Vec<_> = entries
        .iter()
        .filter(|it| matches!(it.kind, Kind::File { .. }))
        .collect();
    let lines = parallel::each(&files, |entry| {
        let bytes = Bytes::of(entry, &|_| {})?.context("it is no file")?;
        let mut hash = Md5::new();
        add_all(&mut hash, bytes)?;
        let sum = hexadecimal(&hash.finalize());
        Ok(format!("{sum}  {}\n", entry.place.display()))
    });
    lines.into_iter().collect()
}
