//! The hash functions for names of symbols.

/// The hash function of `DT_GNU_HASH`.
#[must_use]
pub fn gnu_hash(name: &[u8]) -> u32 {
    let add = |hash: u32, &byte: &u8| hash.wrapping_mul(33).wrapping_add(byte.into());
    name.iter().fold(5381, add)
}

/// The hash function of `DT_HASH` (System V ABI, "Hash Table").
#[must_use]
pub fn hash(name: &[u8]) -> u32 {
    name.iter().fold(0, |hash: u32, &byte| {
        let hash = (hash << 4).wrapping_add(byte.into());
        let high = hash & 0xf000_0000;
        (hash ^ high >> 24) & !high
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_specifications() {
        assert_eq!(gnu_hash(b"printf"), 0x156b_2bb8);
        assert_eq!(hash(b"printf"), 0x077905a6);
    }
}
