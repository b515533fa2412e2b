//! Scripts, wrappers and texts among the files that go along, and the interpreters of scripts.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::command::Command;
use super::interpreter::{found, interpreter};
use super::need::{Need, Needs, Problem};
use super::script::{bundled, wrapped};
use super::texts;
use super::wrapper::{to_bundle, wrapper};
use super::{REMEDY, take_for_programs, take_libraries};
use crate::exec::Line;
use crate::tree::is_elf;

/// A longer file is no script that somebody starts.
const LONGEST: u64 = 16 << 20;

/// A longer program is no wrapper.
const LONGEST_WRAPPER: u64 = 1 << 20;

/// Changes the texts of executable scripts and wrappers so that they find the bundle, and takes along what they start.
pub(super) fn take_along(needs: &mut Needs, commands: &[Command], is_at_store: bool) {
    let mut done = BTreeSet::new();
    loop {
        let is_new = |it: &&PathBuf| !done.contains(*it);
        let new: Vec<_> = needs.files.keys().filter(is_new).cloned().collect();
        if new.is_empty() {
            return;
        }
        for path in new {
            if is_executable(&path) {
                let is_asked_for = commands.iter().any(|it| it.file == path);
                take_executable(needs, &path, is_asked_for, is_at_store);
            } else {
                texts::rewrite(needs, &path);
            }
            done.insert(path);
        }
    }
}

/// Whether a file may be executed, and may be a script or a wrapper.
fn is_executable(path: &Path) -> bool {
    let Ok(metadata) = path.symlink_metadata() else {
        return false;
    };
    let longest = if is_elf(path) {
        LONGEST_WRAPPER
    } else {
        LONGEST
    };
    let is_allowed = metadata.permissions().mode() & 0o111 != 0;
    metadata.is_file() && is_allowed && metadata.len() <= longest
}

fn take_executable(needs: &mut Needs, path: &Path, is_asked_for: bool, is_at_store: bool) {
    let why = format!("started by {}", path.display());
    if let Some(found) = wrapper(path) {
        let taken = to_bundle(&found.settings);
        take_for_programs(needs, &found.program, &why);
        for folder in &taken.library_folders {
            take_libraries(needs, folder, &why);
        }
        for named in &taken.paths {
            take_for_programs(needs, named, &why);
        }
        let text = wrapped(path, &found.program, &taken.settings);
        return needs.add_changed(path, text, &why);
    }
    let Ok(bytes) = fs::read(path) else { return };
    let Some(line) = Line::of(&bytes) else { return };
    let (program, line) = interpreter(&line);
    let Some(program) = found(&program, is_asked_for) else {
        return;
    };
    if is_asked_for && !is_elf(&program) && wrapper(&program).is_none() {
        needs.problems.push(Problem {
            file: path.to_owned(),
            what: format!(
                "its interpreter {} is a script, and what that starts stays behind",
                program.display()
            ),
            remedy: "put the folder of the interpreter itself first in PATH".into(),
        });
    }
    take_for_programs(
        needs,
        &program,
        &format!("the interpreter of {}", path.display()),
    );
    let bundled = bundled(path, &bytes, &program, &line);
    for named in bundled.named.iter().filter(|it| it.exists()) {
        take_for_programs(needs, named, &format!("named by {}", path.display()));
    }
    needs.add_changed(path, bundled.text, &why);
    if let Some((place, text)) = bundled.other {
        let name = path.file_name().unwrap_or_default();
        let key = path.with_file_name(".ldshim").join(name);
        let need = Need {
            source: path.to_owned(),
            place,
            why: format!("the text of {}", path.display()),
            content: Some(text),
        };
        needs.files.insert(key, need);
    }
    for named in bundled.unserved.into_iter().filter(|it| it.exists()) {
        unserved(needs, path, &named, is_at_store);
    }
}

/// A path that a script will not find by itself.
fn unserved(needs: &mut Needs, script: &Path, named: &Path, is_at_store: bool) {
    if is_at_store {
        take_for_programs(needs, named, &format!("named by {}", script.display()));
        needs.shown.insert(named.to_owned());
        return;
    }
    needs.problems.push(Problem {
        file: script.to_owned(),
        what: format!("its text names {}", named.display()),
        remedy: REMEDY.into(),
    });
}
