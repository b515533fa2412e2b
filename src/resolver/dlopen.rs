//! Libraries that may be loaded later: what notes say, and names that look like it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::found::Found;
use super::loading::{Loading, PROGRAM};
use super::search::Outcome;
use super::{Loaded, Program, dlopen_notes};
use crate::drivers::loads_drivers;

/// A feature that needs a library, which is loaded when it is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The number of the object that may load it.
    pub object: usize,
    /// What a note says of it; `None` if it is a guess, from a text in that object.
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
    /// Why it could not be loaded from there, if that is so: what it lacks itself.
    pub trouble: Option<String>,
}

impl Candidate {
    /// Whether it would be found, and could be loaded.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.path.is_some() && self.trouble.is_none()
    }
}

impl Loading<'_> {
    /// Looks where libraries would be found if objects loaded them later, and whether they could be loaded.
    pub(super) fn probe_all(&mut self, program: &Program<'_>) -> Vec<Probe> {
        let noted = |number: usize| {
            let object = self.objects[number].object.as_ref();
            let notes = object.map_or(&[][..], |it| &it.dlopen_notes);
            notes.iter().map(move |note| (number, note.clone()))
        };
        let noted: Vec<_> = (0..self.objects.len()).flat_map(noted).collect();
        let mut probes = of_notes(&noted);
        let guesses = program.may_load.iter().map(|name| guess(PROGRAM, name));
        probes.extend(guesses);
        for probe in &mut probes {
            self.look_for(probe);
        }
        if program.reads_libraries {
            self.add_guesses_of_libraries(&mut probes);
        }
        if self.uses_drivers(&probes) {
            let drivers = program.drivers.iter().map(|name| driver(name));
            let drivers = drivers.map(|mut probe| {
                self.look_for(&mut probe);
                probe
            });
            probes.extend(drivers.filter(|it| it.candidates[0].trouble.is_some()));
        }
        probes
    }

    /// Whether something is loaded, or may be, that loads drivers.
    fn uses_drivers(&self, probes: &[Probe]) -> bool {
        let loaded = self.objects.iter().flat_map(|it| &it.names);
        let later = probes.iter().flat_map(|it| &it.candidates);
        let mut names = loaded.chain(later.map(|it| &it.name));
        names.any(|name| {
            let name = name.to_string_lossy();
            loads_drivers(&name)
        })
    }

    /// Adds the names in the texts of the libraries that the program brings along, each once: as an object asks for it that
    /// would find it, if there is one.
    fn add_guesses_of_libraries(&mut self, probes: &mut Vec<Probe>) {
        let all = self.chain.clone().into_iter();
        let own: Vec<_> = all.filter(|&it| self.is_of_program(it)).collect();
        for object in own {
            let path = self.objects[object].path.clone().unwrap_or_default();
            for name in &*self.files.names_in_texts(&path) {
                let is_loaded = self.objects.iter().any(|it| it.answers_to(name));
                let is_named = |it: &&mut Probe| {
                    it.candidates
                        .iter()
                        .any(|candidate| candidate.name == *name)
                };
                let known = probes.iter_mut().find(is_named);
                let is_settled = |it: &Probe| {
                    it.note.is_some() || it.candidates.iter().any(Candidate::is_usable)
                };
                if is_loaded || known.as_deref().is_some_and(is_settled) {
                    continue;
                }
                let mut probe = guess(object, name);
                self.look_for(&mut probe);
                match known {
                    Some(known) if probe.candidates[0].path.is_some() => *known = probe,
                    Some(_) => {}
                    None => probes.push(probe),
                }
            }
        }
    }

    fn look_for(&mut self, probe: &mut Probe) {
        for candidate in &mut probe.candidates {
            let is_named = |object: &&Loaded| object.answers_to(&candidate.name);
            if let Some(loaded) = self.objects.iter().find(is_named) {
                candidate.path.clone_from(&loaded.path);
                continue;
            }
            let found = self.search(probe.object, &candidate.name, &mut Vec::new());
            if let Ok(Outcome::Found(_, path, _)) = found {
                candidate.path = Some(OsString::from_vec(path).into());
                candidate.trouble = self.trouble_with(probe.object, &candidate.name);
            }
        }
    }

    /// Whether a library is one that the program brings along: found by a search path or a path in a file and not in the store,
    /// or below the program's own folder.
    fn is_of_program(&self, object: usize) -> bool {
        let object = &self.objects[object];
        let Some(path) = &object.path else {
            return false;
        };
        let folder = Path::new(OsStr::from_bytes(&self.objects[PROGRAM].origin));
        let is_below = match folder.file_name().and_then(OsStr::to_str) {
            Some("bin" | "sbin" | "libexec" | "lib") => folder.parent().is_some_and(|it| {
                it != Path::new("/") && it != Path::new("/usr") && path.starts_with(it)
            }),
            _ => path.starts_with(folder),
        };
        match object.found {
            Found::Rpath(_) | Found::Runpath | Found::ByPath => {
                is_below || !path.starts_with("/nix/store")
            }
            _ => false,
        }
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

/// A driver that a library for graphics may load.
fn driver(name: &OsStr) -> Probe {
    Probe {
        note: Some(NoteText {
            feature: Some("graphics".to_owned()),
            description: Some("a driver in an extra path".to_owned()),
            priority: "recommended".to_owned(),
        }),
        ..guess(PROGRAM, name)
    }
}

/// A name that looks as if the object could load it.
fn guess(object: usize, name: &OsStr) -> Probe {
    Probe {
        object,
        note: None,
        candidates: vec![candidate(name)],
    }
}

fn candidate(name: &OsStr) -> Candidate {
    Candidate {
        name: name.to_owned(),
        path: None,
        trouble: None,
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
