//! A database of nix-index that is as large as that of nixpkgs, made of nothing.
//!
//! 9 million files in 100,000 packages. A quarter of the packages have libraries with the usual two links, some
//! have many in folders of Python or of plugins, and some bundle a library of another package: 3 of 100
//! files are libraries. Hashes are random, so they compress no better than real ones.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::nix_index::{Database, Package};

const FILES: usize = 9_000_000;
const PACKAGES: u64 = 100_000;

/// Writes the database into `folder`, unless it is there already.
///
/// # Errors
/// It cannot be written.
pub fn database(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("nixpkgs-like");
    if path.exists() {
        return Ok(path);
    }
    eprintln!("writing a database of {FILES} files");
    fs::create_dir_all(folder)?;
    let unfinished = folder.join("nixpkgs-like.unfinished");
    let file = BufWriter::new(File::create(&unfinished)?);
    let mut database = Database::new(file, 3)?;
    let mut random = Random(1);
    let mut count = 0;
    let mut number = 0;
    while count < FILES {
        let files = files(&mut random, number);
        let hash = random.hash();
        let word = word(number);
        let (attribute, is_top_level) = match number % 5 {
            0 => (format!("python313Packages.{word}"), true),
            1 => (format!("haskellPackages.{word}"), true),
            2 => (word.clone(), false),
            _ => (word.clone(), true),
        };
        let package = Package {
            store: "/nix/store",
            hash: &hash,
            name: &format!("{word}-{}.{}", number % 9, number % 31),
            attribute: &attribute,
            output: if number.is_multiple_of(7) {
                "dev"
            } else {
                "out"
            },
            is_top_level,
            system: "x86_64-linux",
        };
        count += files.len();
        number += 1;
        let files = files.iter().map(|(kind, path)| (&**kind, &**path));
        database.package(&package, files)?;
    }
    database.finish()?.into_inner().context("cannot end it")?;
    fs::rename(&unfinished, &path)?;
    Ok(path)
}

/// The files of a package, sorted: what each is, and its path.
fn files(random: &mut Random, number: u64) -> Vec<(String, String)> {
    let word = word(number);
    let mut files: Vec<(String, String)> = Vec::new();
    let mut file = |path: String| files.push((format!("{}r", path.len() * 97), path));
    file(format!("/bin/{word}"));
    if number.is_multiple_of(4) {
        let version = number % 7;
        let whole = format!("lib{word}.so.{version}.{}.0", number % 11);
        file(format!("/lib/{whole}"));
        for link in [format!("lib{word}.so"), format!("lib{word}.so.{version}")] {
            files.push((format!("{whole}s"), format!("/lib/{link}")));
        }
    }
    let mut file = |path: String| files.push((format!("{}r", path.len() * 97), path));
    if number.is_multiple_of(10) {
        for part in 0..12 {
            let name = format!(
                "_{}.cpython-313-x86_64-linux-gnu.so",
                self::word(number + part)
            );
            file(format!("/lib/python3.13/site-packages/{word}/core/{name}"));
        }
    }
    if number.is_multiple_of(16) {
        for part in 0..12 {
            file(format!(
                "/lib/{word}/plugins/lib{}plugin.so",
                self::word(part)
            ));
        }
    }
    if number.is_multiple_of(50) {
        file(format!("/lib/{word}/libz.so.1"));
        file(format!(
            "/lib/{word}/{}",
            ["libssl.so.3", "libcurl.so.4"][number as usize / 50 % 2]
        ));
    }
    for part in 0..random.below(2 * FILES as u64 / PACKAGES - 8) {
        let (folder, ending) = [
            ("share/doc", "html"),
            ("include", "h"),
            ("lib/python3.13/site-packages", "py"),
            ("share/locale", "mo"),
        ][part as usize % 4];
        let within = random.below(9);
        file(format!(
            "/{folder}/{word}/part{within}/{}-{part}.{ending}",
            self::word(part)
        ));
    }
    files.sort_unstable_by(|a, b| a.1.cmp(&b.1));
    files.dedup_by(|a, b| a.1 == b.1);
    files
}

/// A name for a number, always the same.
fn word(number: u64) -> String {
    const SYLLABLES: [&str; 16] = [
        "ka", "lib", "qt", "mo", "gl", "ssl", "ra", "xml", "net", "pi", "su", "cor", "da", "vi",
        "zen", "to",
    ];
    let mut word = String::new();
    let mut rest = Random(number).next() | 1 << 12;
    for _ in 0..4 {
        _ = write!(word, "{}", SYLLABLES[(rest % 16) as usize]);
        rest /= 16;
    }
    _ = write!(word, "{}", number % 100);
    word
}

/// Steele's splitmix64: the same numbers each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn hash(&mut self) -> String {
        let digits = b"0123456789abcdfghijklmnpqrsvwxyz";
        (0..32)
            .map(|_| char::from(digits[self.below(32) as usize]))
            .collect()
    }
}
