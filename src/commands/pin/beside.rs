//! Missing libraries that lie beside the program: in its folder, in one below it, or in one beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::lookup;
use super::target::Target;
use crate::choice::Need;
use crate::own_tree;
use crate::printable::{self, Shown as _};
use crate::style::Mark;

/// Of a folder with more in it than this, nobody knows which of its folders belong to the program.
const MOST_FOLDERS: usize = 200;

/// Says where missing libraries lie, and how to use them; nothing if none does.
pub(super) fn text(target: &Target, needs: &[Need]) -> String {
    let mut found: BTreeMap<PathBuf, Vec<&Need>> = BTreeMap::new();
    let folders = folders(&target.path);
    for need in needs.iter().filter(|it| it.lacking.is_empty()) {
        let has = |folder: &&PathBuf| is_library(&folder.join(&need.name), target);
        if let Some(folder) = folders.iter().find(has) {
            found.entry(folder.clone()).or_default().push(need);
        }
    }
    let mut text = String::new();
    for (folder, needs) in &found {
        let names: Vec<_> = needs.iter().map(|it| it.name.as_str()).collect();
        let (place, program) = (
            printable::shell_word(folder),
            printable::shell_word(&target.path),
        );
        let verb = if names.len() == 1 { "lies" } else { "lie" };
        text += &Mark::Known.line(&format!(
            "{} {verb} in {}, beside the program",
            names.join(", "),
            folder.shown()
        ));
        text += &Mark::Do.line(&format!(
            "to use what is there: ldshim pin --extra-path {place} {program}"
        ));
        let is_direct = needs.iter().all(|it| it.needed_by.contains(&target.name()));
        if let (true, Some(path)) = (is_direct, from_origin(&target.path, folder)) {
            text += &Mark::Do.line(&format!(
                "or, in the file itself: ldshim patch --add-rpath '{path}' {program}"
            ));
        }
    }
    text
}

/// The folders in which a program may have its libraries, nearest first.
fn folders(program: &Path) -> Vec<PathBuf> {
    let Some(own) = program.parent() else {
        return Vec::new();
    };
    let mut all = vec![own.to_owned()];
    all.extend(below(own));
    // What lies beside /usr/bin, or beside a program in a home's own folder, is not the program's.
    if let Some(above) = own.parent().filter(|it| it.parent().is_some()) {
        all.extend(below(above).into_iter().filter(|it| it != own));
    }
    all
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|it| it.file_type().is_ok_and(|it| it.is_dir()));
    let mut folders: Vec<_> = folders.map(|it| it.path()).take(MOST_FOLDERS + 1).collect();
    if folders.len() > MOST_FOLDERS {
        folders.clear();
    }
    folders.sort();
    folders
}

fn is_library(file: &Path, target: &Target) -> bool {
    let architecture = target.architecture();
    file.is_file() && architecture.is_ok_and(|it| !lookup::is_unfit(file, it))
}

/// The folder as a search path of the program has it, wherever both are moved.
fn from_origin(program: &Path, folder: &Path) -> Option<String> {
    let own = program.parent()?;
    let is_near = |it: &Path| folder.starts_with(it);
    if !is_near(own) && !own.parent().is_some_and(is_near) {
        return None;
    }
    let path = own_tree::from_origin(own, folder).into_os_string();
    let path = path.into_string().ok()?;
    let way = path.strip_prefix("$ORIGIN")?;
    (!way.contains([':', ';', '\'', '$'])).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_named_from_the_programs_own() {
        let path = |folder: &str| from_origin(Path::new("/a/bin/program"), Path::new(folder));
        assert_eq!(path("/a/bin").as_deref(), Some("$ORIGIN"));
        assert_eq!(path("/a/bin/libs").as_deref(), Some("$ORIGIN/libs"));
        assert_eq!(path("/a/lib").as_deref(), Some("$ORIGIN/../lib"));
        assert_eq!(path("/other/lib"), None);
        assert_eq!(path("/a/with:colon"), None);
    }
}
