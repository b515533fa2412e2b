//! The copy of an interpreter: it names the stub, and can be told from all other copies.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Original, Place};
use crate::elf::{Dynamic, Image, ProgramIdentity, program_identity};
use crate::surgery::{Edit, Options, SearchPathChange, apply, plan};

/// The copy of an interpreter.
#[derive(Debug)]
pub struct Copy {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// By what its pin is found.
    pub identity: ProgramIdentity,
}

/// Makes the copy of an interpreter that names this stub.
///
/// # Errors
/// The interpreter cannot be edited without breaking it.
pub fn copy(original: &Original, mark: u64, stub: &Path) -> Result<Copy> {
    let operation = || {
        format!(
            "cannot make a copy of {} that starts through the stub",
            original.path.display()
        )
    };
    let edits = edits(original, mark, stub)?;
    let plan = plan(&original.bytes, &edits, &Options::default()).with_context(operation)?;
    let mut bytes = original.bytes.to_vec();
    apply(&mut bytes, &plan);
    let identity = program_identity(&Image::parse(&bytes).with_context(operation)?);
    Ok(Copy { bytes, identity })
}

/// What tells the copy in a tree from all others. It is the same for the same tree and interpreter, so that the pin is found
/// again.
///
/// # Errors
/// The interpreter is damaged.
pub fn mark(original: &Original, place: &Place) -> Result<u64> {
    let identity = program_identity(&Image::parse(&original.bytes)?);
    let mut hasher = DefaultHasher::new();
    (identity.build_id, identity.short.digits()).hash(&mut hasher);
    (place.entry(), original.bytes.len()).hash(&mut hasher);
    Ok(hasher.finish())
}

fn edits(original: &Original, mark: u64, stub: &Path) -> Result<Vec<Edit>> {
    let image = Image::parse(&original.bytes)?;
    let dynamic = Dynamic::of(&image).unwrap_or_default();
    let folder = original.path.parent().unwrap_or(Path::new("/"));
    let at_home = |text: &OsStr| with_origin(text.as_bytes(), folder.as_os_str().as_bytes());
    let mut edits = vec![
        Edit::Interpreter(stub.as_os_str().as_bytes().to_vec()),
        Edit::Mark(mark),
    ];
    let path: Option<(&OsString, bool)> = match (&dynamic.runpath, &dynamic.rpath) {
        (Some(path), _) => Some((path, false)),
        (None, Some(path)) => Some((path, true)),
        (None, None) => None,
    };
    // The copy is in another folder, and the interpreter's libraries are not.
    if let Some((path, force_rpath)) = path.filter(|it| at_home(it.0) != it.0.as_bytes()) {
        edits.push(Edit::SearchPath {
            change: SearchPathChange::Set(at_home(path)),
            force_rpath,
        });
    }
    let needed = dynamic.dependencies.iter().map(|it| &it.name);
    let moved: BTreeMap<_, _> = needed
        .filter(|it| at_home(it) != it.as_bytes())
        .map(|it| (it.as_bytes().to_vec(), at_home(it)))
        .collect();
    if !moved.is_empty() {
        edits.push(Edit::ReplaceNeeded(moved));
    }
    Ok(edits)
}

/// A text with the folder of the original in place of `$ORIGIN` (ld.so(8), "Dynamic string tokens").
fn with_origin(text: &[u8], folder: &[u8]) -> Vec<u8> {
    let mut done = Vec::new();
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        let tokens = [&b"${ORIGIN}"[..], b"$ORIGIN"];
        match tokens.iter().find_map(|it| rest.strip_prefix(*it)) {
            Some(behind) => {
                done.extend(folder);
                rest = behind;
            }
            None => {
                done.push(first);
                rest = behind;
            }
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_the_original_takes_the_place_of_origin() {
        let cases: [(&[u8], &[u8]); 4] = [
            (b"$ORIGIN/../lib", b"/p/bin/../lib"),
            (b"/a:${ORIGIN}:$ORIGIN/b", b"/a:/p/bin:/p/bin/b"),
            (b"/a/$LIB", b"/a/$LIB"),
            (b"", b""),
        ];
        for (text, expected) in cases {
            assert_eq!(with_origin(text, b"/p/bin"), expected);
        }
        // What is in the folder's name is not looked at again.
        assert_eq!(with_origin(b"$ORIGIN", b"/$ORIGIN"), b"/$ORIGIN");
    }
}
