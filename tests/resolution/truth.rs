//! What a real loader says about a file, and what ldshim says about it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use ldshim::elf::{Architecture, DependencyKind, Image, interpreter};
use ldshim::loader_cache::CacheFile;
use ldshim::resolver::{
    Files, Found, Loaded, Program, RealLoader, Resolution, Start, map_file, refusal, resolve,
};
use memmap2::Mmap;

use crate::answer::{Answer, compare, name_in_message, parse};

/// A loader and what it is told, to ask both sides.
pub struct Environment {
    pub loader: RealLoader,
    pub library_path: Option<OsString>,
    pub preload: Option<OsString>,
    pub uses_cache: bool,
}

impl Environment {
    /// With this loader, and its own cache.
    pub fn new(loader: &Path) -> Self {
        let loader = RealLoader::read(loader, ldshim::resolver::Machine::this);
        Self {
            loader: loader.expect("a loader of glibc"),
            library_path: None,
            preload: None,
            uses_cache: true,
        }
    }

    pub fn library_path(mut self, path: impl Into<OsString>) -> Self {
        self.library_path = Some(path.into());
        self
    }

    pub fn preload(mut self, list: impl Into<OsString>) -> Self {
        self.preload = Some(list.into());
        self
    }

    pub fn without_cache(mut self) -> Self {
        self.uses_cache = false;
        self
    }

    /// What the loader itself says.
    pub fn truth(&self, file: &Path) -> Answer {
        let mut command = self.command(file);
        // Others may have their symbols of whoever loads them.
        if interpreter(file).is_ok_and(|it| it.is_some()) {
            command.env("LD_WARN", "yes");
        }
        parse(&mut command, &self.loader)
    }

    /// Asks the loader.
    pub fn command(&self, file: &Path) -> Command {
        let mut command = Command::new(&self.loader.path);
        command.env_clear().env("LD_TRACE_LOADED_OBJECTS", "1");
        if let Some(path) = &self.library_path {
            command.env("LD_LIBRARY_PATH", path);
        }
        if let Some(list) = &self.preload {
            command.env("LD_PRELOAD", list);
        }
        if !self.uses_cache {
            command.arg("--inhibit-cache");
        }
        command.arg(file);
        command
    }

    /// What ldshim says, for files of which one may need the other's libraries.
    pub fn ours(&self) -> Ours<'_> {
        let path = self
            .loader
            .cache_path
            .as_deref()
            .filter(|_| self.uses_cache);
        let cache = path.and_then(|path| CacheFile::new(map_file(path).ok()?).ok());
        Ours {
            environment: self,
            files: Files::new(&self.loader),
            cache,
        }
    }

    /// The same with another cache in the place of the loader's own.
    pub fn ours_with_cache(&self, path: &Path) -> Ours<'_> {
        let cache = map_file(path).expect("a file");
        Ours {
            cache: Some(CacheFile::new(cache).expect("a cache")),
            ..self.ours()
        }
    }
}

/// The answers of ldshim in one environment.
pub struct Ours<'a> {
    environment: &'a Environment,
    files: Files,
    cache: Option<CacheFile<Mmap>>,
}

impl Ours<'_> {
    pub fn answer(&self, file: &Path) -> Option<Answer> {
        let start = Start {
            loader: &self.environment.loader,
            cache: self.cache.as_ref(),
            library_path: self.environment.library_path.clone(),
            preload: self.environment.preload.clone(),
            is_secure: false,
        };
        let bytes = map_file(file).ok()?;
        let image = Image::parse(&bytes).ok()?;
        let program = Program::new(file, &image)?;
        // As a program the file may be what no library may be.
        let refused = refusal(&bytes, self.environment.loader.architecture)
            .filter(|reason| !reason.starts_with("cannot dynamically load"));
        if let Some(reason) = refused {
            return Some(Answer {
                failure: Some(format!("{}: {reason}", file.display())),
                ..Answer::default()
            });
        }
        let resolution = resolve(&program, &start, &self.files);
        Some(answer(&resolution, file, &self.environment.loader))
    }
}

/// Puts a resolution in the words of the loader.
pub fn answer(resolution: &Resolution, file: &Path, loader: &RealLoader) -> Answer {
    let path = |object: &Loaded| object.path.as_deref().unwrap_or(file).to_owned();
    let objects = resolution
        .order
        .iter()
        .map(|&number| &resolution.objects[number]);
    // The loader's list begins behind the program, and is empty if that needs nothing.
    let program = |object: &&Loaded| matches!(object.found, Found::Program);
    let behind = objects.skip_while(|it| !program(it)).skip(1);
    let needs = &resolution.objects[0].dynamic().dependencies;
    let is_listed = needs.iter().any(|it| it.kind == DependencyKind::Needed);
    let libraries = behind.filter(|it| is_listed && !is_loader(it, loader));
    let libraries = libraries.map(|object| {
        let path = object.path.as_ref().map(|path| path.display().to_string());
        (text(&object.names[0]), path)
    });
    let missing = resolution.missing_versions.iter().map(|missing| {
        format!(
            "{}: version `{}' not found (required by {})",
            name_in_message(&path(&resolution.objects[missing.library]), loader),
            text(&missing.version),
            name_in_message(&path(&resolution.objects[missing.wanted_by]), loader),
        )
    });
    let failure = resolution.failure.as_ref();
    Answer {
        libraries: if failure.is_some() {
            Vec::new()
        } else {
            libraries.collect()
        },
        missing_versions: if failure.is_some() {
            Vec::new()
        } else {
            missing.collect()
        },
        missing_symbols: (resolution.missing_symbols.iter())
            .flat_map(|it| it.names.iter().map(|it| text(it)))
            .collect(),
        failure: failure.map(|it| format!("{}: {}", text(&it.name), it.message)),
    }
}

fn is_loader(object: &Loaded, loader: &RealLoader) -> bool {
    object
        .names
        .iter()
        .any(|name| Some(name) == loader.soname.as_ref())
        || matches!(object.found, Found::Loader)
}

fn text(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

/// This host's loader, or the one that `LDSHIM_TEST_LOADER` names.
pub fn host_loader() -> PathBuf {
    if let Some(path) = std::env::var_os("LDSHIM_TEST_LOADER") {
        return path.into();
    }
    let path = Path::new(Architecture::X86_64.loader_path);
    path.canonicalize().expect("this host has a loader")
}

/// Asks both sides about each file, and says where they differ. Returns how many files were asked
/// about.
pub fn differences(environment: &Environment, files: &[PathBuf]) -> Result<usize, String> {
    let ours = environment.ours();
    let mut count = 0;
    let mut differences = Vec::new();
    for file in files {
        let Some(answer) = ours.answer(file) else {
            continue;
        };
        count += 1;
        let truth = environment.truth(file);
        if answer != truth {
            differences.push(format!("{}\n{}", file.display(), compare(&answer, &truth)));
        }
    }
    if differences.is_empty() {
        return Ok(count);
    }
    let shown = differences.iter().take(5).cloned().collect::<Vec<_>>();
    Err(format!(
        "{} of {count} files differ\n{}",
        differences.len(),
        shown.join("\n")
    ))
}
