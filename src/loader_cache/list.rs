//! A cache as `ldconfig -p` prints it: `print_cache` in glibc's `elf/cache.c`, letter by letter.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::order::sorting_order;
use super::search::{CacheFile, EXTENSION, ISA_LEVEL_MASK};
use crate::elf::Architecture;

/// `cache_extension_tag_generator`
const TAG_GENERATOR: u32 = 0;
/// `FLAG_TYPE_MASK` and what it leaves, in the order of the numbers.
const TYPES: [&str; 4] = ["libc4", "ELF", "libc5", "libc6"];
/// `FLAG_REQUIRED_MASK`: for which machine, and how it is called. From `sysdeps/generic/ldconfig.h`.
const MACHINES: [(i32, &str); 15] = [
    (0x100, ",64bit"),
    (0x200, ",IA-64"),
    (0x300, ",x86-64"),
    (0x400, ",64bit"),
    (0x500, ",64bit"),
    (0x600, ",N32"),
    (0x700, ",64bit"),
    (0x800, ",x32"),
    (0x900, ",hard-float"),
    (0xa00, ",AArch64"),
    (0xb00, ",soft-float"),
    (0xc00, ",nan2008"),
    (0xd00, ",N32,nan2008"),
    (0xe00, ",64bit,nan2008"),
    (0xf00, ",soft-float"),
];
/// `FLAG_RISCV_FLOAT_ABI_DOUBLE`
const RISCV_DOUBLE: i32 = 0x1000;
/// The systems of `osversion`, by its upper byte.
const SYSTEMS: [&str; 7] = [
    "Linux",
    "Hurd",
    "Solaris",
    "FreeBSD",
    "kNetBSD",
    "Syllable",
    "Unknown OS",
];

/// A library in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The name that programs ask for.
    pub name: OsString,
    /// The file.
    pub path: PathBuf,
    /// For which kind of program it is.
    pub flags: i32,
    /// What its name says after the kind of program: the hardware and the kernel that it asks for.
    pub demands: String,
}

impl Listed {
    /// One for all hardware.
    #[must_use]
    pub fn new(name: &OsStr, path: &Path, flags: i32) -> Self {
        Self {
            name: name.to_owned(),
            path: path.to_owned(),
            flags,
            demands: String::new(),
        }
    }

    fn line(&self) -> String {
        let class = usize::try_from(self.flags & 0xff).ok();
        let class = class.and_then(|it| TYPES.get(it)).unwrap_or(&"unknown");
        let machine = match self.flags & 0xff00 {
            0 => String::new(),
            RISCV_DOUBLE => ",double-float".into(),
            flag => match MACHINES.iter().find(|it| it.0 == flag) {
                Some((_, name)) => (*name).to_owned(),
                None => format!(",{flag}"),
            },
        };
        format!(
            "\t{} ({class}{machine}{}) => {}\n",
            self.name.display(),
            self.demands,
            self.path.display()
        )
    }
}

impl<B: AsRef<[u8]>> CacheFile<B> {
    /// All entries, in the order of the file; damaged ones are left out.
    #[must_use]
    pub fn list(&self) -> Vec<Listed> {
        let entries = (0..self.count).filter_map(|entry| {
            let string = |at| self.string(self.field(entry, at)?);
            let mut listed = Listed::new(
                string(4)?,
                Path::new(string(8)?),
                self.field(entry, 0)?.cast_signed(),
            );
            let (low, high) = (self.field(entry, 16)?, self.field(entry, 20)?);
            let name = (high & !ISA_LEVEL_MASK == EXTENSION).then(|| self.hwcap_name(low));
            let demands = &mut listed.demands;
            match name.flatten() {
                Some(name) => _ = write!(demands, ", hwcap: \"{}\"", name.display()),
                None if (low, high) == (0, 0) => {}
                None => {
                    _ = write!(
                        demands,
                        ", hwcap: 0x{:016x}",
                        u64::from(high) << 32 | u64::from(low)
                    )
                }
            }
            let version = self.field(entry, 12)?;
            if version != 0 {
                let [patch, minor, major, system] = version.to_le_bytes();
                let system = SYSTEMS[usize::from(system).min(SYSTEMS.len() - 1)];
                _ = write!(demands, ", OS ABI: {system} {major}.{minor}.{patch}");
            }
            Some(listed)
        });
        entries.collect()
    }

    /// What wrote the file, if it says so.
    #[must_use]
    pub fn generator(&self) -> Option<String> {
        let text = self.section(TAG_GENERATOR)?;
        Some(String::from_utf8_lossy(text).into_owned())
    }
}

/// Sorts as in a cache; of the same name those first that were so.
pub fn sort(entries: &mut [Listed], architecture: &Architecture) {
    entries
        .sort_by(|a, b| sorting_order(&b.name, &a.name, architecture).then(b.flags.cmp(&a.flags)));
}

/// The list of what is in a cache.
#[must_use]
pub fn list(entries: &[Listed], cache: &Path, generator: Option<&str>) -> String {
    let mut text = format!(
        "{} libs found in cache `{}'\n",
        entries.len(),
        cache.display()
    );
    text.extend(entries.iter().map(Listed::line));
    if let Some(generator) = generator {
        _ = writeln!(text, "Cache generated by: {generator}");
    }
    text
}
