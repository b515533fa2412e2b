//! What a loader exports: its dynamic symbol table, searched for a name.
//!
//! Everything that the file says is taken for hostile: an address counts only if the file's bytes are there.

use core::ops::Range;

use goblin::elf::sym::st_type;

use crate::elf::{DynamicEntry, Symbol};

// Tags of the dynamic section, from the System V ABI, "Dynamic Section".
const DT_STRTAB: usize = 5;
const DT_SYMTAB: usize = 6;

/// The address of what is called `name`, without the load bias. `kind` is its type, one of `STT_*`. `dynamic` is
/// where the dynamic section is; `bytes` gives what the file has from an address to the end of the segment.
pub fn find<'a>(
    name: &[u8],
    kind: u8,
    dynamic: Range<usize>,
    bytes: impl Fn(usize) -> Option<&'a [u8]>,
) -> Option<usize> {
    let table = bytes(dynamic.start)?.get(..dynamic.len())?;
    let entry = |tag| {
        let mut all = entries::<DynamicEntry>(table).iter();
        all.find(|entry| entry.d_tag as usize == tag)
    };
    let [strings, symbols] = [entry(DT_STRTAB)?, entry(DT_SYMTAB)?].map(|it| it.d_val as usize);
    let (texts, table) = (bytes(strings)?, bytes(symbols)?);
    // Nothing says where the symbols end. Linkers put the strings right behind them.
    let length = strings.checked_sub(symbols).unwrap_or(usize::MAX);
    let mut symbols = entries::<Symbol>(table.get(..length).unwrap_or(table)).iter();
    let found = symbols.find(|symbol| {
        let text = texts.get(symbol.st_name as usize..);
        let rest = text.and_then(|text| text.strip_prefix(name));
        rest.is_some_and(|rest| rest.first() == Some(&0))
            && st_type(symbol.st_info) == kind
            && symbol.st_value != 0
    });
    found.map(|symbol| symbol.st_value as usize)
}

/// Bytes as the entries of a table; none if they are not aligned as those have to be.
fn entries<T: plain::Plain + Copy>(table: &[u8]) -> &[T] {
    plain::slice_from_bytes(table).unwrap_or_default()
}

#[cfg(test)]
#[allow(unsafe_code, reason = "integers are shown as their bytes")]
mod tests {
    use std::vec::Vec;

    use goblin::elf::sym::{STT_FUNC, STT_OBJECT};

    use super::*;

    const NAME: &[u8] = b"_dl_debug_state";
    /// Where the parts of [`Memory`] are, in words.
    const DYNAMIC: usize = 0;
    const SYMBOLS: usize = 6;

    /// A segment at address 0 with a dynamic section, two symbols, and their names.
    struct Memory(Vec<usize>);

    impl Memory {
        fn new(kind: u8) -> Self {
            let words = size_of::<Symbol>() / size_of::<usize>();
            let strings = (SYMBOLS + 2 * words) * size_of::<usize>();
            let symbols = SYMBOLS * size_of::<usize>();
            let mut memory = std::vec![DT_STRTAB, strings, DT_SYMTAB, symbols, 0, 0];
            for (name, value) in [(1, 0x1111), (3, 0x2222)] {
                let mut symbol = Symbol::default();
                (symbol.st_name, symbol.st_value, symbol.st_info) = (name, value, kind);
                // SAFETY: a symbol is plain integers.
                let bytes = unsafe { plain::as_bytes(&symbol) };
                memory.extend(words_of(bytes));
            }
            memory.extend(words_of(b"\0x\0_dl_debug_state\0"));
            Self(memory)
        }

        fn found(&self, name: &[u8]) -> Option<usize> {
            // SAFETY: words are plain integers.
            let bytes = unsafe { plain::as_bytes(&self.0[..]) };
            let dynamic = 0..SYMBOLS * size_of::<usize>();
            find(name, STT_FUNC, dynamic, |address| bytes.get(address..))
        }
    }

    fn words_of(bytes: &[u8]) -> Vec<usize> {
        let chunks = bytes.chunks(size_of::<usize>());
        let padded = chunks.map(|chunk| {
            let mut word = [0; size_of::<usize>()];
            word[..chunk.len()].copy_from_slice(chunk);
            usize::from_ne_bytes(word)
        });
        padded.collect()
    }

    #[test]
    fn finds_a_function_by_its_whole_name() {
        let memory = Memory::new(STT_FUNC);
        assert_eq!(memory.found(NAME), Some(0x2222));
        assert_eq!(memory.found(b"x"), Some(0x1111));
        assert_eq!(memory.found(b"_dl_debug"), None);
        assert_eq!(memory.found(b"_dl_debug_state2"), None);
    }

    #[test]
    fn passes_over_what_is_of_another_type() {
        assert_eq!(Memory::new(STT_OBJECT).found(NAME), None);
    }

    #[test]
    fn survives_addresses_that_are_nowhere() {
        for word in [DYNAMIC + 1, DYNAMIC + 3] {
            for address in [usize::MAX, 1 << 20, 1] {
                let mut memory = Memory::new(STT_FUNC);
                memory.0[word] = address;
                assert_eq!(memory.found(NAME), None, "{word} {address}");
            }
        }
    }

    #[test]
    fn survives_a_dynamic_section_without_symbols() {
        let mut memory = Memory::new(STT_FUNC);
        memory.0[DYNAMIC + 2] = 0;
        assert_eq!(memory.found(NAME), None);
    }
}
