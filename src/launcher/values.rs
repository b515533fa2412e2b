//! What the words of a script can mean: each variable has all the values that are assigned to it anywhere.
//!
//! Which branch a script takes is not asked. So a word may have several values; which of them name files is for the caller to
//! see, and a value too many names none.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use super::syntax::{Change, Command, Part, Word, literal};

/// More values than these nobody keeps apart.
const MOST_VALUES: usize = 16;
/// A longer text is no path.
const LONGEST: usize = 4096;
/// Commands that declare what they assign.
const DECLARING: [&str; 5] = ["export", "local", "declare", "typeset", "readonly"];

/// What is known while a script is looked at.
#[derive(Debug)]
pub(super) struct Values<'e> {
    environment: &'e [(OsString, OsString)],
    /// The script's own path, as it may see it.
    script: Vec<String>,
    functions: BTreeSet<String>,
    variables: BTreeMap<String, BTreeSet<String>>,
    /// Where it may be when it starts something, beside where its user is.
    pub(super) folders: BTreeSet<PathBuf>,
}

impl<'e> Values<'e> {
    pub(super) fn new(script: &Path, environment: &'e [(OsString, OsString)]) -> Self {
        let mut paths = vec![script.to_string_lossy().into_owned()];
        if let Ok(real) = script.canonicalize() {
            paths.push(real.to_string_lossy().into_owned());
        }
        paths.dedup();
        Self {
            environment,
            script: paths,
            functions: BTreeSet::new(),
            variables: BTreeMap::new(),
            folders: BTreeSet::new(),
        }
    }

    pub(super) fn add_functions(&mut self, names: Vec<String>) {
        self.functions.extend(names);
    }

    /// Takes in what commands assign, and where they go. Whether there was anything new.
    pub(super) fn learn(&mut self, commands: &[Command]) -> bool {
        let before = self.size();
        for command in commands {
            self.learn_from(&command.words);
        }
        self.size() > before
    }

    fn size(&self) -> usize {
        let values: usize = self.variables.values().map(BTreeSet::len).sum();
        values + self.folders.len()
    }

    fn learn_from(&mut self, words: &[Word]) {
        let assigned = words
            .iter()
            .take_while(|it| assignment(it).is_some())
            .count();
        let (assignments, rest) = words.split_at(assigned);
        for word in assignments {
            self.assign(word);
        }
        let name = rest.first().and_then(literal).unwrap_or_default();
        match &*name {
            name if DECLARING.contains(&name) || name == "env" => {
                rest[1..].iter().for_each(|it| self.assign(it));
            }
            // The assignments of `exec env A=b program`.
            "exec" | "nohup" | "command" => self.learn_from(&rest[1..]),
            "for" => self.assign_each(&rest[1..]),
            "cd" | "pushd" => {
                let folders = self.arguments(rest).into_iter().flatten();
                let folders: Vec<_> = folders
                    .map(PathBuf::from)
                    .filter(|it| it.is_dir())
                    .collect();
                self.folders.extend(folders);
            }
            _ => {}
        }
    }

    fn assign(&mut self, word: &Word) {
        let Some((name, value)) = assignment(word) else {
            return;
        };
        let values = self.word(&value);
        self.add(&name, values);
    }

    /// `for NAME in WORD...`
    fn assign_each(&mut self, words: &[Word]) {
        let (Some(name), true) = (words.first().and_then(literal), words.len() > 2) else {
            return;
        };
        for word in &words[2..] {
            let values = self.word(word);
            self.add(&name, values);
        }
    }

    fn add(&mut self, name: &str, values: Vec<String>) {
        let known = self.variables.entry(name.to_owned()).or_default();
        for value in values {
            if known.len() < MOST_VALUES && value.len() <= LONGEST {
                let _new = known.insert(value);
            }
        }
    }

    /// What a word may be; nothing if that is not known.
    pub(super) fn word(&self, word: &Word) -> Vec<String> {
        let mut all = vec![String::new()];
        for (at, part) in word.iter().enumerate() {
            let values = match part {
                Part::Text(text) if at == 0 && text.starts_with("~/") => {
                    let home = self.variable("HOME").into_iter();
                    home.map(|it| it + &text[1..]).collect()
                }
                Part::Text(text) => vec![text.clone()],
                Part::Value(name, change) => {
                    let mut values = self.value(name, change);
                    // `$JRE/bin/java`: where it is empty, the script does not get there.
                    let is_first = all.iter().all(String::is_empty) && at + 1 < word.len();
                    if is_first && values.iter().any(|it| !it.is_empty()) {
                        values.retain(|it| !it.is_empty());
                    }
                    values
                }
                Part::Output(commands) => self.output(commands),
                Part::Unknown => Vec::new(),
            };
            let pairs = all.iter().flat_map(|start| {
                let ends = values.iter();
                ends.map(move |end| format!("{start}{end}"))
            });
            all = pairs.take(MOST_VALUES).collect();
        }
        all
    }

    /// The values of a variable: what the script gives to it, and what the environment has.
    pub(super) fn variable(&self, name: &str) -> Vec<String> {
        match name {
            "0" | "BASH_SOURCE" | "BASH_ARGV0" => return self.script.clone(),
            "PWD" if !self.folders.is_empty() => {
                let folders = self.folders.iter();
                return folders
                    .map(|it| it.to_string_lossy().into_owned())
                    .collect();
            }
            // Parameters are the caller's.
            _ if !name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_') => {
                return Vec::new();
            }
            _ => {}
        }
        let assigned = self.variables.get(name);
        let mut values: Vec<_> = assigned.into_iter().flatten().cloned().collect();
        let inherited = self.environment.iter().rev().find(|it| it.0 == name);
        values.extend(inherited.map(|it| it.1.to_string_lossy().into_owned()));
        if values.is_empty() && assigned.is_none() {
            values.push(String::new());
        }
        values
    }

    fn value(&self, name: &str, change: &Change) -> Vec<String> {
        let values = self.variable(name);
        match change {
            Change::None => values,
            Change::Default(word) => {
                let mut all: Vec<_> = values.into_iter().filter(|it| !it.is_empty()).collect();
                all.extend(self.word(word));
                all
            }
            Change::Alternative(word) => {
                let mut all = vec![String::new()];
                if values.iter().any(|it| !it.is_empty()) {
                    all.extend(self.word(word));
                }
                all
            }
            Change::WithoutEnd(pattern, longest) => {
                let cut = |it: String| without_end(&it, pattern, *longest);
                values.into_iter().filter_map(cut).collect()
            }
            Change::WithoutStart(pattern, longest) => {
                let cut = |it: String| without_start(&it, pattern, *longest);
                values.into_iter().filter_map(cut).collect()
            }
            Change::Unknown => Vec::new(),
        }
    }

    /// What commands print.
    fn output(&self, commands: &[Command]) -> Vec<String> {
        let mut printed = Vec::new();
        let mut folders = Vec::new();
        for Command { words, .. } in commands {
            let Some(name) = words.first().and_then(literal) else {
                continue;
            };
            let arguments = || self.arguments(words);
            let all = || arguments().into_iter().flatten();
            let of_each = |change: fn(&str) -> Option<String>| {
                all().filter_map(|it| change(&it)).collect::<Vec<_>>()
            };
            match name.rsplit('/').next().unwrap_or_default() {
                "cd" => folders = all().filter_map(|it| real(&it)).collect(),
                "pwd" if !folders.is_empty() => printed.append(&mut folders.clone()),
                "pwd" => printed.extend(self.variable("PWD")),
                "dirname" => printed.extend(of_each(|it| Some(folder_of(it)))),
                "basename" => {
                    let first = arguments().into_iter().next().unwrap_or_default();
                    let names = first
                        .iter()
                        .filter_map(|it| Some(it.rsplit_once('/')?.1.to_owned()));
                    printed.extend(names);
                }
                "readlink" | "realpath" | "greadlink" | "grealpath" => {
                    printed.extend(of_each(real))
                }
                "echo" => printed.extend(all()),
                "printf" => printed.extend(arguments().into_iter().skip(1).flatten()),
                "uname" => printed.push(match words.get(1).and_then(literal).as_deref() {
                    Some("-m" | "-p" | "-i") => std::env::consts::ARCH.to_owned(),
                    _ => "Linux".to_owned(),
                }),
                "arch" => printed.push(std::env::consts::ARCH.to_owned()),
                "which" => printed.extend(all().filter_map(|it| self.in_path(&it))),
                "command" | "type" if words.len() > 2 => {
                    printed.extend(all().filter_map(|it| self.in_path(&it)));
                }
                // What follows links to the script, mostly.
                name if self.functions.contains(name) => {
                    printed.extend(all().filter(|it| Path::new(it).is_file()));
                }
                _ => {}
            }
        }
        let mut seen = BTreeSet::new();
        printed.retain(|it| seen.insert(it.clone()));
        printed.truncate(MOST_VALUES);
        printed
    }

    /// The values of each argument that is no flag.
    fn arguments(&self, words: &[Word]) -> Vec<Vec<String>> {
        let is_flag = |word: &Word| {
            literal(word).is_some_and(|it| it.starts_with('-') && it.len() > 1 || it == "--")
        };
        let arguments = words[1..].iter().filter(|it| !is_flag(it));
        arguments.map(|it| self.word(it)).collect()
    }

    /// The program of this name in PATH, as the script may have set it.
    pub(super) fn in_path(&self, name: &str) -> Option<String> {
        if name.is_empty() || name.contains('/') {
            return Path::new(name).is_file().then(|| name.to_owned());
        }
        let lists = self.variable("PATH");
        let folders = lists
            .iter()
            .flat_map(|it| it.split(':'))
            .filter(|it| it.starts_with('/'));
        let mut files = folders.map(|it| Path::new(it).join(name));
        files.find(|it| it.is_file())?.to_str().map(str::to_owned)
    }
}

/// Name and value, if a word is an assignment.
pub(super) fn assignment(word: &Word) -> Option<(String, Word)> {
    let (Part::Text(first), rest) = word.split_first()? else {
        return None;
    };
    let (name, start) = first.split_once('=')?;
    let name = name.strip_suffix('+').unwrap_or(name);
    let is_name = name
        .bytes()
        .all(|it| it.is_ascii_alphanumeric() || it == b'_')
        && name.starts_with(|it: char| !it.is_ascii_digit());
    let value = [Part::Text(start.to_owned())]
        .into_iter()
        .chain(rest.iter().cloned());
    is_name.then(|| (name.to_owned(), value.collect()))
}

/// The path without links and `..`, if it is there.
fn real(path: &str) -> Option<String> {
    let real = Path::new(path).canonicalize().ok()?;
    real.to_str().map(str::to_owned)
}

/// As dirname(1).
fn folder_of(path: &str) -> String {
    let path = path.trim_end_matches('/');
    match path.rsplit_once('/') {
        Some(("", _)) => "/".into(),
        Some((folder, _)) => folder.to_owned(),
        None => ".".into(),
    }
}

/// `${x%pattern}` for the patterns that paths are cut with: `/*`, `.*`, `/bin`.
fn without_end(text: &str, pattern: &str, longest: bool) -> Option<String> {
    let Some(start) = pattern.strip_suffix('*') else {
        return (!is_pattern(pattern))
            .then(|| text.strip_suffix(pattern).unwrap_or(text).to_owned());
    };
    let at = match longest {
        true => text.find(start),
        false => text.rfind(start),
    };
    (!is_pattern(start)).then(|| at.map_or(text, |at| &text[..at]).to_owned())
}

/// `${x#pattern}` and `${x##*/}`.
fn without_start(text: &str, pattern: &str, longest: bool) -> Option<String> {
    let Some(end) = pattern.strip_prefix('*') else {
        return (!is_pattern(pattern))
            .then(|| text.strip_prefix(pattern).unwrap_or(text).to_owned());
    };
    let at = match longest {
        true => text.rfind(end),
        false => text.find(end),
    };
    (!is_pattern(end)).then(|| at.map_or(text, |at| &text[at + end.len()..]).to_owned())
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// A path without `.` and with each `..` taken back, links not followed, as users would write it.
pub(super) fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                let _is_below = tidy.pop();
            }
            part => tidy.push(part.as_os_str()),
        }
    }
    match tidy.canonicalize().ok() == path.canonicalize().ok() {
        true => tidy,
        false => path.to_owned(),
    }
}

/// The last part of a path, as text.
pub(super) fn name_of(path: &str) -> &str {
    let path = Path::new(path);
    path.file_name().and_then(OsStr::to_str).unwrap_or_default()
}
