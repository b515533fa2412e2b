//! Numbers in ELF files: little-endian, as in all that ldshim knows of.

/// The number of two bytes at `at`.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*bytes))
}

/// The number of four bytes at `at`.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}

/// The number of two, four or else eight bytes at `at`, for what is as wide as an address.
pub(super) fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    match width {
        2 => u16_at(bytes, at).map(u64::from),
        4 => u32_at(bytes, at).map(u64::from),
        _ => {
            let bytes = bytes.get(at..)?.first_chunk()?;
            Some(u64::from_le_bytes(*bytes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_too_early_is_no_number() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        let read = |at, width| number(&bytes, at, width);
        assert_eq!([read(0, 2), read(1, 4)], [Some(0x0201), Some(0x0504_0302)]);
        assert_eq!(read(0, 8), Some(0x0807_0605_0403_0201));
        for (at, width) in [(7, 2), (5, 4), (1, 8), (usize::MAX, 4)] {
            assert_eq!(read(at, width), None);
        }
    }
}
