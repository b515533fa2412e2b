//! What a real loader says about a file, and what ldshim says about it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use ldshim::elf::{Architecture, DependencyKind, Image};
use ldshim::loader_cache::CacheFile;
use ldshim::resolver::{
    Files, Found, Loaded, Program, RealLoader, Resolution, Start, map_file, resolve,
};
use memmap2::Mmap;

/// What is loaded: the first name of each library and its path, in the order of the loader's list,
/// without the loader itself; then the versions that are missing, as the loader writes them; then
/// whether the loader gives up.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub libraries: Vec<(String, Option<String>)>,
    pub missing_versions: Vec<String>,
    pub failure: Option<String>,
}

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
        parse(&mut self.command(file), &self.loader)
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
        let program = Program::new(file, &Image::parse(&bytes).ok()?)?;
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

/// Messages name the loader by the path in the program, or by its own, as the case may be.
fn name_in_message(path: &Path, loader: &RealLoader) -> String {
    let soname = loader.soname.as_deref();
    if path.file_name() == soname || path == loader.path {
        return "the loader".into();
    }
    path.display().to_string()
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

/// Runs a command that lists libraries as the loader does.
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
        } else if let Some(entry) = line.strip_prefix('\t') {
            answer.libraries.extend(entry_of(entry, loader));
        }
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

/// The lines that only one of them has.
pub fn compare(ours: &Answer, truth: &Answer) -> String {
    let lines = |answer: &Answer| -> Vec<String> {
        let libraries = answer.libraries.iter().map(|it| format!("{it:?}"));
        let versions = answer.missing_versions.iter().cloned();
        libraries
            .chain(versions)
            .chain(answer.failure.clone())
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
