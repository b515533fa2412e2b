//! Which modules the files of a crate name, read from their texts.
//!
//! Only paths that begin with `crate`, `super` or the crate's own name are looked at; that is how one file reaches another. What
//! a parent module passes on (`pub use child::Item`) counts as its child's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A file: its path below the crate's `src`, and its text.
pub type Source = (String, String);

/// A module's path from the crate's root.
type Module = Vec<String>;

/// One place at which a file names another.
#[derive(Debug, Clone)]
pub struct Mention {
    /// The module that names.
    pub from: Module,
    /// The module that is named.
    pub to: Module,
    file: String,
    line: usize,
    text: String,
}

impl fmt::Display for Mention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: `{}`", self.file, self.line, self.text)
    }
}

/// A path as it is written, and the name that `as` gives it.
struct Written {
    line: usize,
    path: Module,
    alias: Option<String>,
    is_use: bool,
}

/// All places at which a file of the crate `own` names another. The stub's two halves lie in one folder, and one calls the
/// other by the crate's name.
pub fn mentions(own: &str, sources: &[Source]) -> Vec<Mention> {
    let mut files = Vec::new();
    for (file, text) in sources {
        if !file
            .split('/')
            .any(|it| ["tests", "tests.rs"].contains(&it))
        {
            files.push((file, text, module_of(file), written(own, text)));
        }
    }
    let modules: BTreeSet<&Module> = files.iter().map(|it| &it.2).collect();
    let mut passed_on = BTreeMap::new();
    for (_, _, module, written) in &files {
        for it in written.iter().filter(|it| it.is_use) {
            if let Some(target) = absolute(own, module, &it.path, &modules) {
                let name = it.alias.as_ref().or(target.last());
                passed_on.insert((module.clone(), name.cloned()), target.clone());
            }
        }
    }
    let mut mentions = Vec::new();
    for (file, text, module, written) in &files {
        for it in written {
            let Some(path) = absolute(own, module, &it.path, &modules) else {
                continue;
            };
            let line = text.lines().nth(it.line - 1).unwrap_or_default();
            mentions.push(Mention {
                from: module.clone(),
                to: resolve(path, &modules, &passed_on),
                file: file.to_string(),
                line: it.line,
                text: line.trim().to_owned(),
            });
        }
    }
    mentions
}

/// The module that a file is.
fn module_of(file: &str) -> Module {
    let path = file.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    match path {
        "lib" => Module::new(),
        _ => path.split('/').map(str::to_owned).collect(),
    }
}

/// A path from the root of the crate; `None` if it leads elsewhere.
fn absolute(
    own: &str,
    module: &Module,
    path: &[String],
    modules: &BTreeSet<&Module>,
) -> Option<Module> {
    let is_root = path[0] == "crate" || path[0] == own;
    let mut absolute = match is_root {
        true => Module::new(),
        false => module.clone(),
    };
    let mut rest = &path[usize::from(is_root)..];
    while rest.first().is_some_and(|it| it == "super" || it == "self") {
        if rest[0] == "super" {
            absolute.pop();
        }
        rest = &rest[1..];
    }
    absolute.extend_from_slice(rest);
    let is_relative = !is_root && !["super", "self"].contains(&path[0].as_str());
    // In edition 2024 a path may begin with a child's name; all others begin with a crate's.
    let child = [module.as_slice(), &path[..1]].concat();
    (!is_relative || modules.contains(&child)).then_some(absolute)
}

/// The module that has what a path leads to.
fn resolve(
    mut path: Module,
    modules: &BTreeSet<&Module>,
    passed_on: &BTreeMap<(Module, Option<String>), Module>,
) -> Module {
    let mut at = Module::new();
    // As often as anything can be passed on, unless in circles.
    for _ in 0..path.len() + 20 {
        let Some(name) = path.get(at.len()).cloned() else {
            break;
        };
        at.push(name.clone());
        if !modules.contains(&at) {
            at.pop();
            let Some(target) = passed_on.get(&(at.clone(), Some(name))) else {
                break;
            };
            if path.starts_with(target) {
                break;
            }
            path.splice(..=at.len(), target.iter().cloned());
            at.clear();
        }
    }
    at
}

/// All paths of a text that begin with `crate` or the like, and those of its `use`; without comments and unit tests.
fn written(own: &str, text: &str) -> Vec<Written> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_use = at > 0 && tokens[at - 1].1 == "use";
        let is_inner = at > 0 && tokens[at - 1].1 == "::";
        let is_start = ["crate", "super", own].contains(&tokens[at].1);
        let is_path = tokens.get(at + 1).is_some_and(|it| it.1 == "::");
        if is_use || is_start && is_path && !is_inner {
            at = tree(&tokens, at, &[], is_use, &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads one path, or all those of a group in braces. Returns where it ends.
fn tree(
    tokens: &[(usize, &str)],
    mut at: usize,
    start: &[String],
    is_use: bool,
    found: &mut Vec<Written>,
) -> usize {
    let mut path = start.to_vec();
    while let Some(&(line, token)) = tokens.get(at) {
        at += 1;
        if token == "{" {
            while tokens.get(at).is_some_and(|it| it.1 != "}") {
                at = tree(tokens, at, &path, is_use, found);
                at += usize::from(tokens.get(at).is_some_and(|it| it.1 == ","));
            }
            return at + 1;
        }
        if token != "self" || path.is_empty() {
            path.push(token.to_owned());
        }
        if tokens.get(at).is_some_and(|it| it.1 == "::") {
            at += 1;
            continue;
        }
        let alias = tokens.get(at).filter(|it| is_use && it.1 == "as");
        let alias = alias
            .and_then(|_| tokens.get(at + 1))
            .map(|it| it.1.to_owned());
        at += if alias.is_some() { 2 } else { 0 };
        found.push(Written {
            line,
            path,
            alias,
            is_use,
        });
        break;
    }
    at
}

/// Words, `::` and single signs, each with its line.
fn tokens(text: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        let next = lines.peek().map_or("", |it| it.1);
        if line == "#[cfg(test)]" && next.starts_with("mod ") && next.ends_with('{') {
            while lines.next().is_some_and(|it| it.1 != "}") {}
            continue;
        }
        let mut rest = line.split("//").next().unwrap_or_default().trim_start();
        while let Some(first) = rest.chars().next() {
            let is_word = |it: char| it.is_alphanumeric() || it == '_';
            let length = match first {
                ':' if rest.starts_with("::") => 2,
                _ if is_word(first) => rest.find(|it| !is_word(it)).unwrap_or(rest.len()),
                _ => first.len_utf8(),
            };
            tokens.push((at + 1, &rest[..length]));
            rest = rest[length..].trim_start();
        }
    }
    tokens
}
