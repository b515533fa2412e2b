//! The headers of a package of RPM: tags with values.
//!
//! Format: rpm.org, "RPM V4 Package format" and "RPM Tags"; the numbers are those of RPM's `rpmtag.h`.

/// The value of a tag.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Int16(Vec<u16>),
    Int32(Vec<u32>),
    Text(String),
    Bytes(Vec<u8>),
    Texts(Vec<String>),
    /// A text in one language, the only one.
    Translated(String),
}

impl Value {
    /// The number of its type, and of its items.
    fn kind(&self) -> [u32; 2] {
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        match self {
            Self::Int16(items) => [3, count(items.len())],
            Self::Int32(items) => [4, count(items.len())],
            Self::Text(_) => [6, 1],
            Self::Bytes(bytes) => [7, count(bytes.len())],
            Self::Texts(texts) => [8, count(texts.len())],
            Self::Translated(_) => [9, 1],
        }
    }

    fn write(&self, store: &mut Vec<u8>) {
        match self {
            Self::Int16(items) => {
                store.resize(store.len().next_multiple_of(2), 0);
                store.extend(items.iter().flat_map(|it| it.to_be_bytes()));
            }
            Self::Int32(items) => {
                store.resize(store.len().next_multiple_of(4), 0);
                store.extend(items.iter().flat_map(|it| it.to_be_bytes()));
            }
            Self::Bytes(bytes) => store.extend(bytes),
            Self::Text(text) | Self::Translated(text) => end_with_nul(store, text),
            Self::Texts(texts) => texts.iter().for_each(|it| end_with_nul(store, it)),
        }
    }

    /// To which multiple its place is rounded up.
    fn alignment(&self) -> usize {
        match self {
            Self::Int16(_) => 2,
            Self::Int32(_) => 4,
            _ => 1,
        }
    }
}

fn end_with_nul(store: &mut Vec<u8>, text: &str) {
    store.extend(text.as_bytes());
    store.push(0);
}

/// A header with these tags, in one region: `region` is its tag.
pub(super) fn header(region: u32, mut tags: Vec<(u32, Value)>) -> Vec<u8> {
    const BIN: u32 = 7;
    const TRAILER: u32 = 16;
    tags.sort_by_key(|it| it.0);
    let mut store = Vec::new();
    let mut index = Vec::new();
    for (tag, value) in &tags {
        let place = store.len().next_multiple_of(value.alignment());
        value.write(&mut store);
        let [kind, count] = value.kind();
        index.push([*tag, kind, place as u32, count]);
    }
    // The region's own entry stands first. Its value, the last in the store, says how far back the index begins.
    let entries = index.len() as u32 + 1;
    index.insert(0, [region, BIN, store.len() as u32, TRAILER]);
    let trailer = [region, BIN, (entries * 16).wrapping_neg(), TRAILER];
    store.extend(trailer.iter().flat_map(|it| it.to_be_bytes()));

    let mut bytes = vec![0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];
    bytes.extend(entries.to_be_bytes());
    bytes.extend((store.len() as u32).to_be_bytes());
    let index = index.iter().flatten();
    bytes.extend(index.flat_map(|it| it.to_be_bytes()));
    bytes.extend(store);
    bytes
}
