//! Store paths in the data of programs and libraries: which become others, and which will not be found.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::folder::is_for_others;
use super::mentions::Mention;
use super::need::{Library, Needs, Problem, Rewrite};
use super::seen::{AllSeen, Seen};
use super::{REMEDY, take_for_programs};
use crate::elf::{Dynamic, Image};
use crate::tree::is_program_or_library;

/// Outputs of packages that are for compilers and readers: nixpkgs' manual, "Multiple-output packages".
const OUTPUTS_FOR_OTHERS: [&str; 6] = ["-dev", "-doc", "-man", "-info", "-devdoc", "-debug"];

/// Looks at all of them.
pub(super) fn objects(seen: &AllSeen, is_at_store: bool, needs: &mut Needs) {
    let folders: BTreeSet<_> = seen.iter().map(Seen::folder).collect();
    for object in seen.iter() {
        let searched = searched(object);
        let mut told = BTreeSet::new();
        for mention in object.mentions() {
            let path = &mention.path;
            let is_served = needs.served.iter().any(|it| path.starts_with(it));
            // The loader searches there, and finds what the bundle has; or it is for nobody.
            let is_searched = searched.contains(path) || folders.contains(&**path);
            if is_served || is_searched || is_for_nobody(mention) || !path.exists() {
                continue;
            }
            if let Some(rewrite) = rewrite(object, mention) {
                if let Some(library) = library(object, mention) {
                    needs.libraries.push(library);
                }
                needs.rewrites.push(rewrite);
            } else if is_at_store {
                let why = format!("named in {}", object.name());
                take_for_programs(needs, path, &why);
                needs.shown.insert(path.clone());
            } else if told.insert(path.clone()) {
                needs.problems.push(Problem {
                    file: object.path.clone(),
                    what: format!("its data names {}, {}", path.display(), consequence(path)),
                    remedy: REMEDY.into(),
                });
            }
        }
    }
}

/// Whether a path is only mentioned: a package as a whole, or what is for compilers and readers.
fn is_for_nobody(mention: &Mention) -> bool {
    let package = mention.package().as_os_str().to_string_lossy();
    mention.below() == Path::new("")
        || is_for_others(mention.below())
        || OUTPUTS_FOR_OTHERS.iter().any(|it| package.ends_with(it))
}

/// What the file's own header names: its interpreter, and the folders of its RUNPATH. Both are others in the bundle.
fn searched(object: &Seen) -> Vec<PathBuf> {
    let Ok(image) = Image::parse(object.bytes()) else {
        return Vec::new();
    };
    let mut found: Vec<_> = image.interpreter().map(PathBuf::from).into_iter().collect();
    if let Some(dynamic) = Dynamic::of(&image) {
        let paths = dynamic.rpath.iter().chain(&dynamic.runpath);
        found.extend(paths.flat_map(std::env::split_paths));
        found.extend(
            dynamic
                .dependencies
                .iter()
                .map(|it| PathBuf::from(&it.name)),
        );
    }
    found
}

/// What a path becomes where every system has what is there: a library by its name alone is searched for, in the bundle's
/// own first, and `/bin/sh` is everywhere.
fn rewrite(object: &Seen, mention: &Mention) -> Option<Rewrite> {
    let path = &mention.path;
    let new = match () {
        () if !mention.is_whole => return None,
        () if is_library(path) => path.file_name()?.as_encoded_bytes(),
        () if path.ends_with("bin/sh") => b"/bin/sh",
        () => return None,
    };
    Some(Rewrite {
        file: object.path.clone(),
        offset: mention.at.start,
        old: object.bytes()[mention.at.clone()].to_vec(),
        new: new.to_vec(),
    })
}

fn library(object: &Seen, mention: &Mention) -> Option<Library> {
    is_library(&mention.path).then(|| Library {
        source: mention.path.clone(),
        why: format!("named by its path in {}", object.name()),
    })
}

fn is_library(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.starts_with("lib") && name.contains(".so") && is_program_or_library(path)
}

/// What it means that a path is not there.
fn consequence(path: &Path) -> &'static str {
    if path.ends_with("share/locale") {
        "where its translations are: its messages stay English"
    } else if path.is_dir() {
        "a folder that it may look into"
    } else if is_program_or_library(path) {
        "which it may start"
    } else {
        "which it may read"
    }
}
