//! Giving back the original of a file that was edited.

mod record;

use anyhow::{Result, bail, ensure};

use crate::surgery::changes::Plan;
use crate::surgery::overlay::Overlay;

use record::{FOOTER, MAGIC, checksum, number};

pub(super) use record::Record;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surgery::{Slide, Write};

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
