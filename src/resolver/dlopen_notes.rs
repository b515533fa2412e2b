//! Notes that say which libraries a file may load later.
//!
//! They are those of the "ELF dlopen Metadata" of the UAPI group
//! (<https://uapi-group.org/specifications/specs/elf_dlopen_metadata/>): owner `FDO`, a list in
//! JSON of features, each with the names of libraries, any of which will do, best first.

use std::ffi::OsString;

use serde::Deserialize;

use crate::elf::{Image, notes};

/// `NT_FDO_DLOPEN_METADATA`
const NOTE_KIND: u32 = 0x407c_0c0a;

/// A feature, as a note has it.
#[derive(Deserialize)]
pub(super) struct Feature {
    pub(super) soname: Vec<String>,
    pub(super) feature: Option<String>,
    pub(super) description: Option<String>,
    #[serde(default = "recommended")]
    pub(super) priority: String,
}

/// What the specification says of a feature without a priority.
fn recommended() -> String {
    "recommended".to_owned()
}

/// The texts of a file's notes.
pub(super) fn texts(image: &Image<'_>) -> Vec<String> {
    let ours = notes(image).filter(|it| it.owner == b"FDO" && it.kind == NOTE_KIND);
    let texts = ours.map(|it| String::from_utf8_lossy(it.description));
    texts
        .map(|it| it.trim_end_matches('\0').to_owned())
        .collect()
}

/// What a note's text says; nothing, if it is not as it should be.
pub(super) fn features(text: &str) -> Vec<Feature> {
    serde_json::from_str(text).unwrap_or_default()
}

/// The libraries that a file may load later, by its notes: for each feature the names of which any will do.
#[must_use]
pub fn alternatives(image: &Image<'_>) -> Vec<Vec<OsString>> {
    let features = texts(image).into_iter().flat_map(|it| features(&it));
    features
        .map(|it| it.soname.into_iter().map(OsString::from).collect())
        .collect()
}
