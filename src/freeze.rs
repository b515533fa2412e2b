//! Libraries by their paths: a program names every library of its whole closure, so that the loader searches for none.
//!
//! glibc's loader takes a library that is loaded for every further one of the same soname (`_dl_map_object` of
//! `elf/dl-load.c`). So it is enough that the program itself names all of them, in the order in which they are loaded.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::drivers::{is_driver_finder, is_driver_library};
use crate::elf::Image;
use crate::loader_cache::CacheFile;
use crate::resolver::{
    Files, Found, Loaded, Machine, Program, RealLoader, Resolution, Start, map_file, resolve,
};
use crate::surgery::Edit;

/// What is asked for.
#[derive(Debug, Default)]
pub struct Settings {
    /// Names of libraries that stay to be searched for.
    pub keep: Vec<OsString>,
    /// Whether libraries are named that may be loaded later, by the program's and its libraries' notes.
    pub with_later: bool,
}

/// What freezing makes of a program.
#[derive(Debug, Default)]
pub struct Frozen {
    /// The edits that do it.
    pub edits: Vec<Edit>,
    /// The libraries that are named by their paths, in the order in which they are loaded.
    pub libraries: Vec<PathBuf>,
    /// The libraries that stay to be searched for, and why.
    pub kept: Vec<(String, &'static str)>,
}

/// Finds the libraries of a program as its own loader does, with no variable set, and says how to name them.
///
/// # Errors
/// It is no program with a loader of glibc that is there, or libraries are missing.
pub fn freeze(path: &Path, settings: &Settings) -> Result<Frozen> {
    let bytes = map_file(path)?;
    let image = Image::parse(&bytes)?;
    let canonical = path.canonicalize()?;
    let program = Program::new(&canonical, &image)
        .context("it has no dynamic table: it is linked statically")?;
    let resolution = resolution(&program)?;
    Ok(frozen(&resolution, settings))
}

fn resolution(program: &Program<'_>) -> Result<Resolution> {
    let Some(interpreter) = &program.interpreter else {
        bail!("it names no loader: it is a library; freeze the programs that load it");
    };
    let is_musl = interpreter
        .as_bytes()
        .windows(8)
        .any(|it| it == b"/ld-musl");
    ensure!(
        !is_musl,
        "it is for musl, whose loader opens a library by its path, but searches again for each library of that name"
    );
    let loader = RealLoader::read(Path::new(interpreter), Machine::this)
        .context("freezing needs the program's own loader; `ldshim patch --set-interpreter` sets one that is there")?;
    let cache = loader.cache_path.as_ref().and_then(|it| map_file(it).ok());
    let cache = cache.and_then(|it| CacheFile::new(it).ok());
    let start = Start {
        loader: &loader,
        cache: cache.as_ref(),
        library_path: None,
        preload: None,
        is_secure: false,
    };
    let resolution = resolve(program, &start, &Files::new(&loader));
    let missing: Vec<_> = resolution
        .objects
        .iter()
        .filter(|it| it.is_missing())
        .collect();
    let names = missing
        .iter()
        .filter_map(|it| it.names.first())
        .map(|it| it.to_string_lossy());
    let names: Vec<_> = names.collect();
    ensure!(
        names.is_empty(),
        "it does not find {}: `ldshim explain` says who needs them, `ldshim patch --add-rpath` where they are",
        names.join(", ")
    );
    if let Some(failure) = &resolution.failure {
        bail!(
            "it would not start: {}: {}",
            failure.name.display(),
            failure.message
        );
    }
    Ok(resolution)
}

fn frozen(resolution: &Resolution, settings: &Settings) -> Frozen {
    let mut frozen = Frozen::default();
    // What the program is to need, in order: paths, and names of those that are kept.
    let mut order: Vec<Vec<u8>> = Vec::new();
    let mut replaced = BTreeMap::new();
    let objects = &resolution.objects;
    let direct = |number: usize| {
        objects[0]
            .needs
            .iter()
            .filter(move |it| it.object == number)
    };
    for (number, object) in objects.iter().enumerate().skip(1) {
        let names: Vec<&OsStr> = direct(number).map(|it| it.name.as_os_str()).collect();
        let path = object
            .path
            .as_ref()
            .filter(|_| object.found != Found::Loader);
        match (path, reason(object, settings)) {
            (Some(path), None) => {
                let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                let bytes = path.as_os_str().as_bytes().to_vec();
                for name in names.iter().filter(|it| it.as_bytes() != bytes) {
                    replaced.insert(name.as_bytes().to_vec(), bytes.clone());
                }
                order.push(bytes);
                frozen.libraries.push(path);
            }
            (_, reason) => {
                let kept = object
                    .names
                    .first()
                    .map(|it| it.to_string_lossy().into_owned());
                frozen.kept.extend(kept.zip(reason));
                order.extend(names.iter().map(|it| it.as_bytes().to_vec()));
            }
        }
    }
    if settings.with_later {
        for path in later(resolution) {
            order.push(path.as_os_str().as_bytes().to_vec());
            frozen.libraries.push(path);
        }
    }
    let paths = frozen
        .libraries
        .iter()
        .map(|it| it.as_os_str().as_bytes().to_vec());
    frozen.edits = vec![
        Edit::ReplaceNeeded(replaced),
        Edit::AddNeeded(paths.collect()),
        Edit::OrderNeeded(order),
    ];
    frozen
}

/// Why a library stays to be searched for, if it does.
fn reason(object: &Loaded, settings: &Settings) -> Option<&'static str> {
    let is_one =
        |test: &dyn Fn(&str) -> bool| object.names.iter().any(|it| test(&it.to_string_lossy()));
    if object.names.iter().any(|it| settings.keep.contains(it)) {
        return Some("you keep it");
    }
    if is_one(&is_driver_library) {
        return Some("it is the graphics driver's, which comes with the system");
    }
    is_one(&is_driver_finder).then_some("it finds the graphics driver, which comes with the system")
}

/// The libraries that may be loaded later by notes, of each feature the first that is there, each once and none that is loaded.
fn later(resolution: &Resolution) -> Vec<PathBuf> {
    let noted = resolution.probes.iter().filter(|it| it.note.is_some());
    let found = noted.filter_map(|it| it.candidates.iter().find_map(|it| it.path.clone()));
    let mut once = Vec::new();
    for path in found {
        let is_loaded = resolution
            .objects
            .iter()
            .any(|it| it.path.as_ref() == Some(&path));
        if !is_loaded && !once.contains(&path) {
            once.push(path);
        }
    }
    once
}
