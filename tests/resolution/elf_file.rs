//! Small libraries, written byte by byte: all that a loader reads before it lists what it has loaded.

use goblin::elf::dynamic::{
    DT_FLAGS_1, DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRSZ, DT_STRTAB, DT_SYMENT,
    DT_SYMTAB, DT_VERDEF, DT_VERDEFNUM, DT_VERNEED, DT_VERNEEDNUM, DT_VERSYM,
};

const DT_AUXILIARY: u64 = 0x7fff_fffd;
const DT_FILTER: u64 = 0x7fff_ffff;
/// Where everything but the headers begins.
const BODY: usize = 0x100;

/// A library, or a program that is started by naming it to its loader.
#[derive(Clone, Debug, Default)]
pub struct ElfFile {
    /// Tags with texts, in order.
    texts: Vec<(u64, String)>,
    /// Tags with numbers.
    numbers: Vec<(u64, u64)>,
    needed_versions: Vec<(String, String, u16)>,
    offered_versions: Vec<String>,
    /// Bytes to put over the finished file.
    patches: Vec<(usize, Vec<u8>)>,
}

impl ElfFile {
    pub fn new() -> Self {
        Self::default()
    }

    fn text(mut self, tag: u64, text: &str) -> Self {
        self.texts.push((tag, text.to_owned()));
        self
    }

    pub fn needs(self, name: &str) -> Self {
        self.text(DT_NEEDED, name)
    }

    pub fn soname(self, name: &str) -> Self {
        self.text(DT_SONAME, name)
    }

    pub fn rpath(self, list: &str) -> Self {
        self.text(DT_RPATH, list)
    }

    pub fn runpath(self, list: &str) -> Self {
        self.text(DT_RUNPATH, list)
    }

    pub fn auxiliary(self, name: &str) -> Self {
        self.text(DT_AUXILIARY, name)
    }

    pub fn filter(self, name: &str) -> Self {
        self.text(DT_FILTER, name)
    }

    pub fn flags_1(mut self, flags: u64) -> Self {
        self.numbers.push((DT_FLAGS_1, flags));
        self
    }

    pub fn needs_version(mut self, file: &str, version: &str) -> Self {
        self.needed_versions.push((file.into(), version.into(), 0));
        self
    }

    pub fn may_use_version(mut self, file: &str, version: &str) -> Self {
        self.needed_versions.push((file.into(), version.into(), 2));
        self
    }

    pub fn offers_version(mut self, version: &str) -> Self {
        self.offered_versions.push(version.to_owned());
        self
    }

    /// Puts other bytes in the place of some.
    pub fn patch(mut self, at: usize, bytes: &[u8]) -> Self {
        self.patches.push((at, bytes.to_vec()));
        self
    }

    /// For another machine.
    pub fn machine(self, machine: u16) -> Self {
        self.patch(18, &machine.to_le_bytes())
    }

    /// Of the other class.
    pub fn of_32_bits(self) -> Self {
        self.patch(4, &[1]).machine(3)
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut strings = vec![0];
        let mut add = |text: &str| {
            let at = strings.len() as u64;
            strings.extend(text.as_bytes());
            strings.push(0);
            at
        };
        let mut dynamic: Vec<(u64, u64)> = Vec::new();
        for (tag, text) in &self.texts {
            dynamic.push((*tag, add(text)));
        }
        dynamic.extend(&self.numbers);
        let needed = versions_needed(&self.needed_versions, &mut add);
        let offered = versions_offered(&self.offered_versions, &mut add);

        // The tables, one behind the other; the dynamic section comes last.
        let mut body = vec![0; 24];
        let mut place = |bytes: &[u8]| {
            body.resize(body.len().next_multiple_of(8), 0);
            let at = BODY + body.len();
            body.extend(bytes);
            at as u64
        };
        dynamic.push((DT_SYMTAB, BODY as u64));
        dynamic.push((DT_SYMENT, 24));
        dynamic.push((DT_STRSZ, strings.len() as u64));
        dynamic.push((DT_STRTAB, place(&strings)));
        if !self.needed_versions.is_empty() {
            dynamic.push((DT_VERNEED, place(&needed)));
            dynamic.push((DT_VERNEEDNUM, self.needed_versions.len() as u64));
        }
        if !self.offered_versions.is_empty() {
            dynamic.push((DT_VERDEF, place(&offered)));
            dynamic.push((DT_VERDEFNUM, 1 + self.offered_versions.len() as u64));
        }
        if !(self.needed_versions.is_empty() && self.offered_versions.is_empty()) {
            dynamic.push((DT_VERSYM, place(&[0; 8])));
        }
        dynamic.push((0, 0));
        let words = dynamic.iter().flat_map(|&(tag, value)| [tag, value]);
        let table: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
        let dynamic_at = place(&table);

        let size = (BODY + body.len()) as u64;
        let mut bytes = headers(size, dynamic_at, table.len() as u64);
        bytes.resize(BODY, 0);
        bytes.extend(body);
        for (at, patch) in &self.patches {
            bytes[*at..][..patch.len()].copy_from_slice(patch);
        }
        bytes
    }
}

fn headers(size: u64, dynamic_at: u64, dynamic_size: u64) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(16, 0);
    bytes.extend([3, 0, 62, 0, 1, 0, 0, 0]);
    for word in [0u64, 64, 0] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend([0, 0, 0, 0, 64, 0, 56, 0, 2, 0, 64, 0, 0, 0, 0, 0]);
    // PT_LOAD and PT_DYNAMIC: type, flags (readable and writable), then offset, addresses, sizes.
    for (kind, at, size, alignment) in
        [(1u32, 0, size, 0x1000u64), (2, dynamic_at, dynamic_size, 8)]
    {
        bytes.extend(kind.to_le_bytes());
        bytes.extend(6u32.to_le_bytes());
        for word in [at, at, at, size, size, alignment] {
            bytes.extend(word.to_le_bytes());
        }
    }
    bytes
}

/// One entry per version, each with one `Elf64_Vernaux`.
fn versions_needed(
    versions: &[(String, String, u16)],
    add: &mut impl FnMut(&str) -> u64,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, (file, version, flags)) in versions.iter().enumerate() {
        let is_last = number + 1 == versions.len();
        bytes.extend([1, 0, 1, 0]);
        for word in [add(file) as u32, 16, if is_last { 0 } else { 32 }] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(hash(version).to_le_bytes());
        bytes.extend(flags.to_le_bytes());
        bytes.extend((number as u16 + 10).to_le_bytes());
        bytes.extend((add(version) as u32).to_le_bytes());
        bytes.extend([0; 4]);
    }
    bytes
}

/// The base version, then the others, each with one `Elf64_Verdaux`.
fn versions_offered(versions: &[String], add: &mut impl FnMut(&str) -> u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let base = "base".to_owned();
    let all: Vec<_> = [&base].into_iter().chain(versions).collect();
    for (number, version) in all.iter().enumerate() {
        let is_last = number + 1 == all.len();
        for half in [1, u16::from(number == 0), number as u16 + 1, 1] {
            bytes.extend(half.to_le_bytes());
        }
        bytes.extend(hash(version).to_le_bytes());
        for word in [20, if is_last { 0u32 } else { 28 }, add(version) as u32, 0] {
            bytes.extend(word.to_le_bytes());
        }
    }
    bytes
}

/// The hash of the System V ABI, chapter "Hash Table".
fn hash(name: &str) -> u32 {
    name.bytes().fold(0u32, |hash, byte| {
        let hash = (hash << 4).wrapping_add(byte.into());
        let high = hash & 0xf000_0000;
        (hash ^ (high >> 24)) & !high
    })
}
