//! The undo record: what was overwritten, so that the original file can be had back byte for byte.
//!
//! It stands behind the end of the file, or in a file of its own: compressed by zstd, and then 32 bytes: its size, a checksum
//! of the compressed bytes, and [`MAGIC`]. Numbers are little-endian and have 8 bytes. Uncompressed it has: the size of the
//! original file, that of the changed file, a checksum of what was changed; the number of parts that were changed and each one's
//! place and size; the number of slides and each one's three numbers; the number of old parts and each one's place, size and
//! bytes.

use anyhow::{Context, Result};

use crate::surgery::changes::{Plan, Slide, Write};
use crate::surgery::overlay::Overlay;

/// The last bytes of a record.
pub(super) const MAGIC: &[u8; 16] = b"\0ldshim undo 1\0\0";

/// The size of what follows the compressed bytes.
pub(super) const FOOTER: usize = 32;

/// How much a record may be longer uncompressed than its file is.
pub(super) const ROOM: usize = 1 << 20;

/// Zstandard's level: its default.
const LEVEL: i32 = 3;

/// What leads back to the original file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::surgery) struct Record {
    pub(super) original_size: u64,
    pub(super) changed_size: u64,
    /// The parts of the changed file that are not as they were, and a checksum of them.
    pub(super) new: Vec<(u64, u64)>,
    pub(super) checksum: u64,
    pub(super) slides: Vec<Slide>,
    pub(super) old: Vec<Write>,
}

impl Record {
    /// What leads from a changed file to the original. `before` is the file before the last changes, `old` what led from that
    /// to the original.
    pub(in crate::surgery) fn of(before: &[u8], plan: &Plan, old: Option<&Self>) -> Self {
        let mut changed = Overlay::new(before);
        changed.set_length(plan.length);
        plan.writes
            .iter()
            .for_each(|it| changed.write(it.offset, &it.bytes));
        let mut original = Overlay::new(before);
        let mut slides = Vec::new();
        if let Some(old) = old {
            old.restore(&mut original);
            slides.extend(&old.slides);
        }
        slides.extend(&plan.slides);
        let changed_size = changed.length();
        let new = changed.differences(&original);
        let new: Vec<_> = new
            .iter()
            .map(|it| (it.offset, it.bytes.len() as u64))
            .collect();
        let checksum = checksum(&new, &changed);
        reverse(&slides, &mut changed);
        changed.set_length(original.length());
        let old = original.differences(&changed);
        Self {
            original_size: original.length(),
            changed_size,
            new,
            checksum,
            slides,
            old,
        }
    }

    /// Whether there is nothing to go back to.
    pub(in crate::surgery) fn is_empty(&self) -> bool {
        self.old.is_empty() && self.original_size == self.changed_size && self.slides.is_empty()
    }

    pub(super) fn restore(&self, file: &mut Overlay<'_>) {
        reverse(&self.slides, file);
        self.old
            .iter()
            .for_each(|it| file.write(it.offset, &it.bytes));
        file.set_length(self.original_size);
    }

    /// The record with its footer.
    ///
    /// # Errors
    /// It cannot be compressed.
    pub(in crate::surgery) fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut plain = Vec::new();
        let mut add = |number: u64| plain.extend(number.to_le_bytes());
        for it in [self.original_size, self.changed_size, self.checksum] {
            add(it);
        }
        add(self.new.len() as u64);
        for it in &self.new {
            [it.0, it.1].into_iter().for_each(&mut add);
        }
        add(self.slides.len() as u64);
        for it in &self.slides {
            [it.from, it.size, it.by].into_iter().for_each(&mut add);
        }
        add(self.old.len() as u64);
        for it in &self.old {
            plain.extend(it.offset.to_le_bytes());
            plain.extend((it.bytes.len() as u64).to_le_bytes());
            plain.extend(&it.bytes);
        }
        let mut bytes =
            zstd::bulk::compress(&plain, LEVEL).context("cannot compress the undo record")?;
        let footer = [bytes.len() as u64, fnv(&bytes)]
            .map(u64::to_le_bytes)
            .concat();
        bytes.extend(footer);
        bytes.extend(MAGIC);
        Ok(bytes)
    }

    pub(super) fn parse(bytes: &[u8], file_size: usize) -> Option<Self> {
        let (compressed, footer) = bytes.split_at_checked(bytes.len().checked_sub(FOOTER)?)?;
        if fnv(compressed) != number(&footer[8..16]) || &footer[16..] != MAGIC {
            return None;
        }
        let plain = zstd::bulk::decompress(compressed, file_size.saturating_mul(2) + ROOM).ok()?;
        let mut rest = &plain[..];
        let mut next = || {
            let (first, others) = rest.split_at_checked(8)?;
            rest = others;
            Some(number(first))
        };
        let [original_size, changed_size, checksum] = [next()?, next()?, next()?];
        let new = (0..next()?).map(|_| Some((next()?, next()?)));
        let new = new.collect::<Option<Vec<_>>>()?;
        let slides = (0..next()?).map(|_| {
            let [from, size, by] = [next()?, next()?, next()?];
            Some(Slide { from, size, by })
        });
        let slides = slides.collect::<Option<Vec<_>>>()?;
        let count = next()?;
        let mut old = Vec::new();
        for _ in 0..count {
            let (place, others) = rest.split_at_checked(16)?;
            let size = usize::try_from(number(&place[8..])).ok()?;
            let (bytes, others) = others.split_at_checked(size)?;
            rest = others;
            old.push(Write {
                offset: number(&place[..8]),
                bytes: bytes.to_vec(),
            });
        }
        let is_apart = are_apart(new.iter().copied())
            && are_apart(old.iter().map(|it| (it.offset, it.bytes.len() as u64)));
        let slid: u128 = slides.iter().map(|it| u128::from(it.size)).sum();
        let is_bounded = slid <= 64 * (file_size as u128 + ROOM as u128);
        let ends = slides
            .iter()
            .map(|it| it.from.checked_add(it.size)?.checked_add(it.by));
        let ends = ends.chain(
            old.iter()
                .map(|it| it.offset.checked_add(it.bytes.len() as u64)),
        );
        let ends = ends.chain(new.iter().map(|it| it.0.checked_add(it.1)));
        let most = original_size.max(changed_size);
        let is_sane = ends.into_iter().all(|it| it.is_some_and(|it| it <= most))
            && most <= plain_limit(file_size);
        (is_sane && is_apart && is_bounded).then_some(Self {
            original_size,
            changed_size,
            new,
            checksum,
            slides,
            old,
        })
    }
}

/// Whether parts follow one another, and none overlaps the next: then they are no longer than the file, all together.
fn are_apart(parts: impl Iterator<Item = (u64, u64)>) -> bool {
    let mut end = 0;
    for (offset, size) in parts {
        if offset < end {
            return false;
        }
        end = offset.saturating_add(size);
    }
    true
}

/// No original file is longer than its changed one by more than this.
fn plain_limit(file_size: usize) -> u64 {
    (file_size as u64).saturating_mul(2) + ROOM as u64
}

/// The checksum FNV-1a with 64 bits: it tells apart what was changed by chance, not on purpose.
fn fnv(bytes: &[u8]) -> u64 {
    fnv_on(FNV_START, bytes)
}

/// The checksum of more bytes.
fn fnv_on(sum: u64, bytes: &[u8]) -> u64 {
    let add = |sum: u64, &byte: &u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(sum, add)
}

/// The checksum of nothing.
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

pub(super) fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, &byte| number << 8 | u64::from(byte))
}

pub(super) fn reverse(slides: &[Slide], file: &mut Overlay<'_>) {
    for it in slides.iter().rev() {
        let bytes = file.read(it.from + it.by, it.size).into_owned();
        file.write(it.from, &bytes);
    }
}

/// A checksum of parts of a file.
pub(super) fn checksum(parts: &[(u64, u64)], file: &Overlay<'_>) -> u64 {
    let add = |sum, it: &(u64, u64)| fnv_on(sum, &file.read(it.0, it.1));
    parts.iter().fold(FNV_START, add)
}
