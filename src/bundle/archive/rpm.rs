//! Packages of RPM, version 4 of the format: rpm.org, "RPM V4 Package format".

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use md5::Md5;
use sha2::{Digest, Sha256};

use super::contents::{Entry, Kind};
use super::package::Package;
use super::rpm_header::{Value, header};
use super::{compressed, cpio};
use crate::bundle::hash::{add_all, hexadecimal};

/// Tags of the regions that hold a whole header.
const SIGNATURES: u32 = 62;
const IMMUTABLE: u32 = 63;

/// The number of SHA-256 among RPM's hashes.
const SHA256: u32 = 8;

/// Comparisons of versions: `rpmds.h`.
const EQUAL: u32 = 8;
const LESS_OR_EQUAL_OF_RPM: u32 = 0x0100_000a;

/// What RPM itself has to be able to do, and since which version it is.
const FEATURES: [(&str, &str); 4] = [
    ("rpmlib(CompressedFileNames)", "3.0.4-1"),
    ("rpmlib(FileDigests)", "4.6.0-1"),
    ("rpmlib(PayloadFilesHavePrefix)", "4.0-1"),
    ("rpmlib(PayloadIsZstd)", "5.4.18-1"),
];
const TILDE: (&str, &str) = ("rpmlib(TildeInVersions)", "4.10.0-1");

/// Writes a bundle as a package. `payload` is an empty file for what has to be known before the package begins.
///
/// # Errors
/// The bundle is not what its manifest says, it has 4 GiB or more, or the file system refuses.
pub(super) fn write(
    out: &mut File,
    mut payload: File,
    bundle: &Path,
    package: &Package<'_>,
    level: i32,
    watch: &dyn Fn(u64),
) -> Result<Vec<Entry>> {
    let entries = package.contents(bundle)?;
    let mut counted = Counted {
        out: compressed::zstd(&mut payload, level)?,
        bytes: 0,
    };
    cpio::write(&mut counted, &entries, "./", package.time, watch)?;
    let unpacked = counted.bytes;
    counted.out.finish()?;
    payload.seek(SeekFrom::Start(0))?;
    let mut hash = Sha256::new();
    let packed = add_all(&mut hash, &mut payload)?;
    let main = main_header(package, &entries, level, &hexadecimal(&hash.finalize()))?;
    payload.seek(SeekFrom::Start(0))?;
    let signature = signature(&main, &mut payload, packed, unpacked)?;

    out.write_all(&lead(package)?)?;
    out.write_all(&signature)?;
    out.write_all(&vec![
        0;
        signature.len().next_multiple_of(8) - signature.len()
    ])?;
    out.write_all(&main)?;
    payload.seek(SeekFrom::Start(0))?;
    io::copy(&mut payload, out)?;
    Ok(entries)
}

struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.out.write(bytes)?;
        self.bytes += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What RPM calls the architecture, and its number in the lead.
fn architecture(package: &Package<'_>) -> Result<(&'static str, u16)> {
    Ok(match &*package.manifest.system {
        "x86_64-linux" => ("x86_64", 1),
        "i686-linux" => ("i686", 1),
        "aarch64-linux" => ("aarch64", 19),
        "riscv64-linux" => ("riscv64", 22),
        system => bail!("it is not known what RPM calls {system}"),
    })
}

/// What `file` recognises a package by. RPM itself looks at its first four bytes only.
fn lead(package: &Package<'_>) -> Result<Vec<u8>> {
    let mut name = format!("{}-{}-1", package.name, package.version).into_bytes();
    name.resize(65, 0);
    name.push(0);
    let mut lead = vec![0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0];
    lead.extend(architecture(package)?.1.to_be_bytes());
    lead.extend(name);
    // Linux, and a signature that is a header.
    lead.extend([0, 1, 0, 5]);
    lead.resize(96, 0);
    Ok(lead)
}

/// Sizes and hashes of the rest. Nobody has signed it.
fn signature(main: &[u8], payload: &mut File, packed: u64, unpacked: u64) -> Result<Vec<u8>> {
    let mut md5 = Md5::new();
    md5.update(main);
    add_all(&mut md5, payload)?;
    let size = |it: u64| {
        let size = u32::try_from(it);
        size.context("it has 4 GiB or more, which this format of RPM has no room for")
    };
    let tags = vec![
        (273, Value::Text(hexadecimal(&Sha256::digest(main)))),
        (1000, Value::Int32(vec![size(main.len() as u64 + packed)?])),
        (1004, Value::Bytes(md5.finalize().to_vec())),
        (1007, Value::Int32(vec![size(unpacked)?])),
    ];
    Ok(header(SIGNATURES, tags))
}

fn main_header(
    package: &Package<'_>,
    entries: &[Entry],
    level: i32,
    payload: &str,
) -> Result<Vec<u8>> {
    let (architecture, _) = architecture(package)?;
    let text = |it: &str| Value::Text(it.to_owned());
    let translated = |it: &str| Value::Translated(it.to_owned());
    let mut tags = vec![
        (100, Value::Texts(vec!["C".to_owned()])),
        (1000, text(&package.name)),
        (1001, text(&package.version)),
        (1002, text("1")),
        (1004, translated(&package.description)),
        (1005, translated(&package.long_description())),
        (1006, Value::Int32(vec![package.time])),
        (1007, text("localhost")),
        (
            1014,
            text(&format!(
                "see /{}/share/licenses.txt",
                package.folder().display()
            )),
        ),
        (1015, text(package.maintainer)),
        (1016, translated("Unspecified")),
        (1021, text("linux")),
        (1022, text(architecture)),
        // Only packages of sources have none.
        (
            1044,
            text(&format!("{}-{}-1.src.rpm", package.name, package.version)),
        ),
        (1064, text("4.14.0")),
        (1124, text("cpio")),
        (1125, text("zstd")),
        (1126, text(&level.to_string())),
        (1132, text(&format!("{architecture}-unknown-linux-gnu"))),
        (5011, Value::Int32(vec![SHA256])),
        (5062, text("utf-8")),
        (5092, Value::Texts(vec![payload.to_owned()])),
        (5093, Value::Int32(vec![SHA256])),
    ];
    tags.extend(relations(package));
    tags.extend(files(entries, package.time)?);
    Ok(header(IMMUTABLE, tags))
}

/// What it provides and requires: itself, and features of RPM. All else is in it.
fn relations(package: &Package<'_>) -> Vec<(u32, Value)> {
    let mut features = FEATURES.to_vec();
    if package.version.contains('~') {
        features.push(TILDE);
    }
    let texts = |it: &mut dyn Iterator<Item = &str>| Value::Texts(it.map(str::to_owned).collect());
    vec![
        (1047, Value::Texts(vec![package.name.clone()])),
        (1112, Value::Int32(vec![EQUAL])),
        (1113, Value::Texts(vec![format!("{}-1", package.version)])),
        (
            1048,
            Value::Int32(vec![LESS_OR_EQUAL_OF_RPM; features.len()]),
        ),
        (1049, texts(&mut features.iter().map(|it| it.0))),
        (1050, texts(&mut features.iter().map(|it| it.1))),
    ]
}

fn files(entries: &[Entry], time: u32) -> Result<Vec<(u32, Value)>> {
    let count = entries.len();
    let mut folders = Vec::<String>::new();
    let [mut sizes, mut in_folder, mut numbers] = [const { Vec::new() }; 3];
    let [mut names, mut digests, mut targets] = [const { Vec::new() }; 3];
    for (number, entry) in entries.iter().enumerate() {
        let place = entry.place.to_str().context("a name is no UTF-8")?;
        let (folder, name) = match place.rsplit_once('/') {
            Some((folder, name)) => (format!("/{folder}/"), name),
            None => ("/".to_owned(), place),
        };
        let known = folders.iter().rposition(|it| *it == folder);
        in_folder.push(known.unwrap_or(folders.len()) as u32);
        if known.is_none() {
            folders.push(folder);
        }
        names.push(name.to_owned());
        numbers.push(number as u32 + 1);
        let (size, digest, target) = match &entry.kind {
            Kind::Folder => (4096, "", ""),
            Kind::Link { target } => {
                let target = target.to_str().context("a link's target is no UTF-8")?;
                (target.len() as u64, "", target)
            }
            Kind::File { size, sha256, .. } => (*size, &**sha256, ""),
        };
        sizes.push(u32::try_from(size).context("a file has 4 GiB or more")?);
        digests.push(digest.to_owned());
        targets.push(target.to_owned());
    }
    let total: u64 = sizes.iter().map(|it| u64::from(*it)).sum();
    let total = u32::try_from(total).context("the files have 4 GiB or more")?;
    let modes = entries.iter().map(|it| cpio::mode(it) as u16).collect();
    let root = || Value::Texts(vec!["root".to_owned(); count]);
    Ok(vec![
        (1009, Value::Int32(vec![total])),
        (1028, Value::Int32(sizes)),
        (1030, Value::Int16(modes)),
        (1033, Value::Int16(vec![0; count])),
        (1034, Value::Int32(vec![time; count])),
        (1035, Value::Texts(digests)),
        (1036, Value::Texts(targets)),
        (1037, Value::Int32(vec![0; count])),
        (1039, root()),
        (1040, root()),
        // All that can be verified is.
        (1045, Value::Int32(vec![u32::MAX; count])),
        (1095, Value::Int32(vec![1; count])),
        (1096, Value::Int32(numbers)),
        (1097, Value::Texts(vec![String::new(); count])),
        (1116, Value::Int32(in_folder)),
        (1117, Value::Texts(names)),
        (1118, Value::Texts(folders)),
    ])
}
