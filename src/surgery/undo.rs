//! The undo record: what was overwritten, so that the original file can be had back byte for byte.
//!
//! It stands behind the end of the file, or in a file of its own: compressed by zstd, and then 32 bytes: its size, a checksum
//! of the compressed bytes, and [`MAGIC`]. Numbers are little-endian and have 8 bytes. Uncompressed it has: the size of the
//! original file, that of the changed file, a checksum of what was changed; the number of parts that were changed and each one's
//! place and size; the number of slides
//! and each one's three numbers; the number of old parts and each one's place, size and bytes.

use anyhow::{Context, Result, bail, ensure};

use super::changes::{Plan, Slide, Write};
use super::overlay::Overlay;

/// The last bytes of a record.
const MAGIC: &[u8; 16] = b"\0ldshim undo 1\0\0";

/// The size of what follows the compressed bytes.
const FOOTER: usize = 32;

/// How much a record may be longer uncompressed than its file is.
const ROOM: usize = 1 << 20;

/// Zstandard's level: its default.
const LEVEL: i32 = 3;

/// What leads back to the original file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    original_size: u64,
    changed_size: u64,
    /// The parts of the changed file that are not as they were, and a checksum of them.
    new: Vec<(u64, u64)>,
    checksum: u64,
    slides: Vec<Slide>,
    old: Vec<Write>,
}

/// A file without the record behind its end, and that record.
pub(super) fn split(bytes: &[u8]) -> (&[u8], Option<Record>) {
    let parts = || {
        let (rest, footer) = bytes.split_at_checked(bytes.len().checked_sub(FOOTER)?)?;
        let size = usize::try_from(number(&footer[..8])).ok()?;
        let is_record = &footer[16..] == MAGIC;
        let start = rest.len().checked_sub(size).filter(|_| is_record)?;
        let record = Record::parse(&bytes[start..], start)?;
        Some((&bytes[..start], record))
    };
    match parts() {
        Some((file, record)) if record.changed_size == file.len() as u64 => (file, Some(record)),
        _ => (bytes, None),
    }
}

impl Record {
    /// What leads from a changed file to the original. `before` is the file before the last changes, `old` what led from that
    /// to the original.
    pub fn of(before: &[u8], plan: &Plan, old: Option<&Self>) -> Self {
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
    pub fn is_empty(&self) -> bool {
        self.old.is_empty() && self.original_size == self.changed_size && self.slides.is_empty()
    }

    fn restore(&self, file: &mut Overlay<'_>) {
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
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
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

    fn parse(bytes: &[u8], file_size: usize) -> Option<Self> {
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

/// Whether a file has an undo record behind its end.
#[must_use]
pub fn has_undo_record(bytes: &[u8]) -> bool {
    split(bytes).1.is_some()
}

/// A plan that gives back the original of a file: by the record behind its end, or by one that was kept in a file.
///
/// # Errors
/// There is no record, it is of another file, or the file was changed by others since.
pub fn undo(bytes: &[u8], kept: Option<&[u8]>) -> Result<Plan> {
    let (file, record) = match kept {
        Some(record) => (bytes, Record::parse(record, bytes.len())),
        None => split(bytes),
    };
    let Some(record) = record else {
        bail!(
            "there is no undo record in it: it was not changed by `ldshim patch`, the record was kept in another file \
               (--undo-file), or another program, such as strip, has dropped it"
        );
    };
    ensure!(
        record.changed_size == file.len() as u64,
        "the undo record is of another file"
    );
    ensure!(
        record.checksum == checksum(&record.new, &Overlay::new(file)),
        "it was changed by another program since, so its undo record is of no use"
    );
    let mut restored = Overlay::new(file);
    record.restore(&mut restored);
    Ok(Plan {
        writes: restored.writes(),
        length: restored.length(),
        size: bytes.len() as u64,
        ..Plan::default()
    })
}

fn reverse(slides: &[Slide], file: &mut Overlay<'_>) {
    for it in slides.iter().rev() {
        let bytes = file.read(it.from + it.by, it.size).into_owned();
        file.write(it.from, &bytes);
    }
}

/// A checksum of parts of a file.
fn checksum(parts: &[(u64, u64)], file: &Overlay<'_>) -> u64 {
    let add = |sum, it: &(u64, u64)| fnv_on(sum, &file.read(it.0, it.1));
    parts.iter().fold(FNV_START, add)
}

/// The checksum FNV-1a with 64 bits: it tells apart what was changed by chance, not on purpose.
fn fnv(bytes: &[u8]) -> u64 {
    fnv_on(FNV_START, bytes)
}

/// The checksum of nothing.
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// The checksum of more bytes.
fn fnv_on(sum: u64, bytes: &[u8]) -> u64 {
    let add = |sum: u64, &byte: &u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(sum, add)
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, &byte| number << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(bytes: &[u8], plan: &Plan) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        crate::surgery::apply(&mut bytes, plan);
        bytes
    }

    fn plan(writes: &[(u64, &[u8])], length: u64, slides: &[Slide]) -> Plan {
        let write = |it: &(u64, &[u8])| Write {
            offset: it.0,
            bytes: it.1.to_vec(),
        };
        Plan {
            writes: writes.iter().map(write).collect(),
            length,
            slides: slides.to_vec(),
            ..Plan::default()
        }
    }

    #[test]
    fn two_rounds_of_changes_lead_back_to_the_original() {
        let original: Vec<u8> = (0..=255).collect();
        let slide = Slide {
            from: 10,
            size: 20,
            by: 4,
        };
        let moved = original[10..30].to_vec();
        let first = plan(&[(2, b"ab"), (14, &moved), (256, b"tail")], 260, &[slide]);
        let once = changed(&original, &first);
        let record = Record::of(&original, &first, None);
        let second = plan(&[(3, b"c"), (256, b"TAILS")], 261, &[]);
        let twice = changed(&once, &second);
        let record = Record::of(&once, &second, Some(&record));
        let mut file = twice.clone();
        file.extend(record.to_bytes().unwrap());
        let back = undo(&file, None).unwrap();
        assert_eq!(changed(&file, &back), original);
        let back = undo(&twice, Some(&record.to_bytes().unwrap())).unwrap();
        assert_eq!(changed(&twice, &back), original);
        // A slide costs its place, not its bytes.
        assert!(record.old.iter().map(|it| it.bytes.len()).sum::<usize>() < 20);
        file[2] = b'x';
        assert!(undo(&file, None).is_err());
    }

    #[test]
    fn a_damaged_record_is_none() {
        let original = vec![7; 100];
        let change = plan(&[(2, b"ab")], 100, &[]);
        let mut file = changed(&original, &change);
        file.extend(Record::of(&original, &change, None).to_bytes().unwrap());
        assert!(split(&file).1.is_some());
        for at in 100..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 1;
            assert_eq!(split(&damaged).1, None, "{at}");
        }
        assert!(undo(&original, None).is_err());
    }

    #[test]
    fn a_record_that_would_take_more_time_or_memory_than_its_file_is_none() {
        let record = |new: Vec<(u64, u64)>, slides: Vec<Slide>| Record {
            original_size: 1000,
            changed_size: 1000,
            new,
            checksum: 0,
            slides,
            old: Vec::new(),
        };
        let is_taken = |record: &Record| {
            let mut file = vec![0; 1000];
            file.extend(record.to_bytes().unwrap());
            split(&file).1.is_some()
        };
        let slide = Slide {
            from: 0,
            size: 900,
            by: 8,
        };
        assert!(is_taken(&record(
            vec![(0, 900), (900, 10)],
            vec![slide; 10]
        )));
        assert!(!is_taken(&record(vec![(0, 900), (899, 10)], Vec::new())));
        assert!(!is_taken(&record(Vec::new(), vec![slide; 100_000])));
        assert!(!is_taken(&record(vec![(0, 3_000_000)], Vec::new())));
    }
}
