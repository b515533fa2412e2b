//! Libraries that may be loaded later: what notes say, and names that look like it.
//!
//! The notes are those of the "ELF dlopen Metadata" of the UAPI group
//! (<https://uapi-group.org/specifications/specs/elf_dlopen_metadata/>): owner `FDO`, a list in
//! JSON of features, each with the names of libraries, any of which will do, best first.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use serde::Deserialize;

use super::Loaded;
use super::load::Loading;
use super::search::Outcome;
use crate::elf::{Image, notes};

/// `NT_FDO_DLOPEN_METADATA`
const NOTE_KIND: u32 = 0x407c_0c0a;

/// A feature that needs a library, which is loaded when it is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The number of the object that may load it.
    pub object: usize,
    /// What a note says of it; `None` if it is a guess, from a text in the program.
    pub note: Option<NoteText>,
    /// The libraries, any of which will do, best first.
    pub candidates: Vec<Candidate>,
}

/// What a note says of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteText {
    /// Its name.
    pub feature: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// "required", "recommended" or "suggested".
    pub priority: String,
}

/// A library that would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its name.
    pub name: OsString,
    /// Where it would be found, if it were searched for at the start.
    pub path: Option<PathBuf>,
}

/// A feature, as a note has it.
#[derive(Deserialize)]
struct Feature {
    soname: Vec<String>,
    feature: Option<String>,
    description: Option<String>,
    #[serde(default = "recommended")]
    priority: String,
}

/// What the specification says of a feature without a priority.
fn recommended() -> String {
    "recommended".to_owned()
}

impl Loading<'_> {
    /// Looks where libraries would be found if objects loaded them later.
    pub(super) fn probe_all(&mut self, names: &[OsString]) -> Vec<Probe> {
        let noted = |number: usize| {
            let object = self.objects[number].object.as_ref();
            let notes = object.map_or(&[][..], |it| &it.dlopen_notes);
            notes.iter().map(move |note| (number, note.clone()))
        };
        let noted: Vec<_> = (0..self.objects.len()).flat_map(noted).collect();
        let mut probes = of_notes(&noted);
        probes.extend(names.iter().map(|name| guess(name)));
        for probe in &mut probes {
            for candidate in &mut probe.candidates {
                let is_named = |object: &&Loaded| object.answers_to(&candidate.name);
                let loaded = self.objects.iter().find(is_named);
                let found = loaded.and_then(|object| object.path.clone());
                candidate.path =
                    found.or_else(|| match self.search(probe.object, &candidate.name) {
                        Ok(Outcome::Found(_, path, _)) => Some(OsString::from_vec(path).into()),
                        _ => None,
                    });
            }
        }
        probes
    }
}

/// The texts of a file's notes.
pub(super) fn notes_of(image: &Image<'_>) -> Vec<String> {
    let ours = notes(image).filter(|it| it.owner == b"FDO" && it.kind == NOTE_KIND);
    let texts = ours.map(|it| String::from_utf8_lossy(it.description));
    texts
        .map(|it| it.trim_end_matches('\0').to_owned())
        .collect()
}

/// What notes say, each with the number of its object. One that is not as it should be says nothing.
fn of_notes(notes: &[(usize, String)]) -> Vec<Probe> {
    let features = notes.iter().flat_map(|(object, text)| {
        let features: Vec<Feature> = serde_json::from_str(text).unwrap_or_default();
        features.into_iter().map(move |feature| (*object, feature))
    });
    let probes = features.map(|(object, feature)| Probe {
        object,
        candidates: feature
            .soname
            .iter()
            .map(|it| candidate(it.as_ref()))
            .collect(),
        note: Some(NoteText {
            feature: feature.feature,
            description: feature.description,
            priority: feature.priority,
        }),
    });
    probes.collect()
}

/// A name that looks as if the program could load it.
fn guess(name: &OsStr) -> Probe {
    Probe {
        object: super::load::PROGRAM,
        note: None,
        candidates: vec![candidate(name)],
    }
}

fn candidate(name: &OsStr) -> Candidate {
    Candidate {
        name: name.to_owned(),
        path: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_lists_features_and_a_damaged_one_says_nothing() {
        let text = r#"[{"soname":["liba.so.1","liba.so"],"feature":"a","priority":"suggested"},
                       {"soname":["libb.so"],"unknown":1}]"#;
        let probes = of_notes(&[(3, text.into()), (4, "[{".into())]);
        assert_eq!(probes.len(), 2);
        assert_eq!(probes[0].object, 3);
        assert_eq!(probes[0].candidates[1].name, "liba.so");
        let note = probes[0].note.as_ref().unwrap();
        assert_eq!(
            (note.feature.as_deref(), &*note.priority),
            (Some("a"), "suggested")
        );
        assert_eq!(probes[1].note.as_ref().unwrap().priority, "recommended");
    }
}
