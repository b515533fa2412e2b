//! Which stub to use, and where it has to be.

use std::env;
use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::libraries::Libraries;
use super::program::Program;
use super::shown::Shown;
use crate::elf::{self, Architecture};
use crate::library_env::{LOADER_NAME, baked_cache_note, written_cache_note};
use crate::stub_file::{StubFile, VARIABLE, places};

/// The stub named by `--stub` or LDSHIM_STUB, else the one installed with this executable.
pub(super) fn find(named: Option<&Path>, program: &Program) -> Result<PathBuf> {
    let from_environment = env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let stub = match (named, from_environment) {
        (Some(file), _) => file.to_owned(),
        (None, Some(file)) => file.into(),
        (None, None) => installed()?,
    };
    let operation = || format!("cannot use {} as the stub", stub.display());
    let identity = elf::identify(&stub).with_context(operation)?;
    if Architecture::of(&identity) != Some(program.architecture) {
        bail!(
            "cannot use {} as the stub: it is for {identity}, but {} is for {}",
            stub.display(),
            program.path.display(),
            program.architecture
        );
    }
    ensure!(
        elf::interpreter(&stub)?.is_none(),
        "cannot use {} as the stub: it asks for a loader itself",
        stub.display()
    );
    Ok(stub)
}

/// The stub's file, with the library environment baked in that is at `directory` in the new root: so no variable has to tell
/// of it, to the program or to its children.
pub(super) fn configured(stub: &Path, libraries: &Libraries, directory: &str) -> Result<Vec<u8>> {
    let operation = || format!("cannot use {} as the stub", stub.display());
    let note = match libraries {
        Libraries::AsInherited(_) => return fs::read(stub).with_context(operation),
        Libraries::Once(env) => env.cache_note().map(note_of).transpose()?,
        // Links of the host's own libraries lead to where those will be, so its loader cannot be looked at.
        Libraries::Env { directory, .. } => match written_cache_note(directory) {
            Some(written) => Some(CString::new(written)?),
            None => baked_cache_note(directory)?,
        },
    };
    let mut file = StubFile::read(stub).with_context(operation)?;
    let loader = CString::new(format!("{directory}/{LOADER_NAME}"))?;
    file.bake_libraries(&loader, &CString::new(directory)?, note.as_deref())
        .with_context(operation)?;
    Ok(file.into_bytes())
}

/// What the stub is told of a cache, as the link beside it says it.
fn note_of(link: PathBuf) -> Result<CString> {
    Ok(CString::new(link.into_os_string().into_vec())?)
}

fn installed() -> Result<PathBuf> {
    let places = places()?;
    places
        .iter()
        .find(|place| place.is_file())
        .cloned()
        .with_context(|| {
            let [beside, libexec] = places.each_ref().map(|place| place.display());
            format!(
                "found no stub, neither {beside} nor {libexec}; name one with --stub or {VARIABLE}"
            )
        })
}

/// Where in the new root the stub has to be for `program`.
///
/// That is the path its PT_INTERP names, if a host's loader would be there (`/lib64/...`), or if
/// the root is isolated, shows only `shown` of the host, and has nothing there. A program that brings its own loader, or has one in
/// the Nix store, keeps it; then, as for a script or a static program, the stub is for its
/// children, at their architecture's usual path.
pub(super) fn place(program: &Program, shown: Option<&Shown>) -> PathBuf {
    let is_replaced = |loader: &&Path| {
        let is_hidden = shown.is_some_and(|shown| !shown.has(loader));
        is_directly_below_top_level(loader) || (is_hidden && loader.is_absolute())
    };
    let named = program.interpreter.as_deref().filter(is_replaced);
    named
        .unwrap_or(Path::new(program.architecture.loader_path))
        .to_owned()
}

/// Whether a path reads `/folder/file`.
fn is_directly_below_top_level(path: &Path) -> bool {
    use Component::{Normal, RootDir};
    matches!(
        path.components().collect::<Vec<_>>()[..],
        [RootDir, Normal(_), Normal(_)]
    )
}
