//! Libraries that may be loaded later: what notes say, and names that look like it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use super::loading::{Loading, PROGRAM};
use super::search::Outcome;
use super::{Loaded, dlopen_notes};

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

/// What notes say, each with the number of its object.
fn of_notes(notes: &[(usize, String)]) -> Vec<Probe> {
    let features = notes.iter().flat_map(|(object, text)| {
        let features = dlopen_notes::features(text).into_iter();
        features.map(move |feature| (*object, feature))
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
        object: PROGRAM,
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
