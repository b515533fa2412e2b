//! An answer, in the words of a real loader: how it is read, and how two are compared.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use ldshim::resolver::RealLoader;

/// What is loaded: the first name of each library and its path, in the order of the loader's list,
/// without the loader itself; then the versions that are missing, as the loader writes them; then
/// whether the loader gives up; then, of programs that have all else, the symbols that nobody has.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub libraries: Vec<(String, Option<String>)>,
    pub missing_versions: Vec<String>,
    pub failure: Option<String>,
    pub missing_symbols: BTreeSet<String>,
}

impl Answer {
    /// Whether nothing is missing but symbols.
    fn is_whole(&self) -> bool {
        let is_there = |it: &(String, Option<String>)| it.1.is_some();
        let has_all = self.libraries.iter().all(is_there) && self.missing_versions.is_empty();
        has_all && self.failure.is_none()
    }
}

/// Runs a command that lists libraries as the loader does, and with LD_WARN missing symbols, too.
pub fn parse(command: &mut Command, loader: &RealLoader) -> Answer {
    let output = command.output().expect("the loader runs");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut answer = Answer::default();
    for line in stdout.lines().chain(stderr.lines()) {
        if let Some((before, after)) = line.split_once(": error while loading shared libraries: ") {
            let _ = before;
            answer.failure = Some(
                after
                    .trim_end_matches(": No such file or directory")
                    .to_owned(),
            );
        } else if line.contains("' not found (required by ") {
            answer.missing_versions.extend(versions_line(line, loader));
        } else if let Some(symbol) = symbol_of(line) {
            answer.missing_symbols.insert(symbol.to_owned());
        } else if let Some(entry) = line.strip_prefix('\t') {
            answer.libraries.extend(entry_of(entry, loader));
        }
    }
    if !answer.is_whole() {
        answer.missing_symbols.clear();
    }
    answer
}

/// `/lib/libc.so.6: version ...`, with the name of what was started before it or not. Other lines
/// are about versions that nobody minds.
fn versions_line(line: &str, loader: &RealLoader) -> Option<String> {
    let (before, rest) = line.split_once(": version `")?;
    let library = before.rsplit(": ").next()?;
    let (version, by) = rest.split_once(" (required by ")?;
    let by = by.trim_end_matches(')');
    Some(format!(
        "{}: version `{version} (required by {})",
        name_in_message(Path::new(library), loader),
        name_in_message(Path::new(by), loader)
    ))
}

/// What the loader says of symbols if LD_WARN is set. Of some it tells in which file they should be.
fn symbol_of(line: &str) -> Option<&str> {
    let plain = line.strip_prefix("undefined symbol: ");
    let of_file = || {
        line.contains(" not defined in file ")
            .then(|| line.strip_prefix("symbol "))
    };
    plain
        .or_else(|| of_file().flatten())?
        .split([',', '\t', ' '])
        .next()
}

fn entry_of(entry: &str, loader: &RealLoader) -> Option<(String, Option<String>)> {
    if entry == "statically linked"
        || entry.starts_with("linux-vdso.so")
        || entry.starts_with("linux-gate.so")
    {
        return None;
    }
    let (name, path) = match entry.split_once(" => ") {
        Some((name, "not found")) => (name, None),
        Some((name, path)) => (name, Some(path)),
        None => (entry, Some(entry)),
    };
    let without_address = |text: &str| text.rsplit_once(" (0x").map_or(text, |it| it.0).to_owned();
    let name = without_address(name);
    let is_loader = Path::new(&name).file_name() == loader.soname.as_deref();
    (!is_loader).then(|| (name, path.map(without_address)))
}

/// Messages name the loader by the path in the program, or by its own, as the case may be.
pub fn name_in_message(path: &Path, loader: &RealLoader) -> String {
    let soname = loader.soname.as_deref();
    if path.file_name() == soname || path == loader.path {
        return "the loader".into();
    }
    path.display().to_string()
}

/// The lines that only one of them has.
pub fn compare(ours: &Answer, truth: &Answer) -> String {
    let lines = |answer: &Answer| -> Vec<String> {
        let libraries = answer.libraries.iter().map(|it| format!("{it:?}"));
        let versions = answer.missing_versions.iter().cloned();
        libraries
            .chain(versions)
            .chain(answer.failure.clone())
            .chain(
                answer
                    .missing_symbols
                    .iter()
                    .map(|it| format!("symbol {it}")),
            )
            .collect()
    };
    let (left, right) = (lines(ours), lines(truth));
    let mut text = String::new();
    for line in left.iter().filter(|line| !right.contains(line)) {
        text += &format!("  ldshim only: {line}\n");
    }
    for line in right.iter().filter(|line| !left.contains(line)) {
        text += &format!("  loader only: {line}\n");
    }
    if text.is_empty() {
        text = format!("  in another order:\n  {left:?}\n  {right:?}\n");
    }
    text
}
