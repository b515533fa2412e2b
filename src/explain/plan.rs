//! Which loader a program gets, and where that searches: the stub's own decision, asked of the
//! stub's own code.

use std::ffi::{CStr, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use anyhow::Result;
use loader_stub::baked::Baked;
use loader_stub::c_library::CLibrary;
use loader_stub::cache_path::{self, CacheNote};
use loader_stub::env;
use loader_stub::plan::{self, Inputs, LoaderPath, Mechanism, Origin};
use loader_stub::stack::Entry;
use nix::unistd::{AccessFlags, access};

use super::environment::{entries, of_system, variable};
use super::interpreter::is_stubs_place;
use super::{Settings, origin, stub};
use crate::elf::Architecture;
use crate::library_env::{
    LOADER_NAME, cache_place, prepared_for, written_cache_note, written_known_paths,
};
use crate::resolver::RealLoader;
use crate::stub_file::{StubFile, stranger};

/// What the stub decides.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The stub that was asked for its baked configuration, if there is one.
    pub stub: Option<PathBuf>,
    /// The loader, if one can be used.
    pub loader: Option<Choice>,
    /// The loaders that cannot be used.
    pub refused: Vec<Refused>,
    /// The program's pin, if it has one that the stub does not take.
    pub pin_not_used: Option<Refused>,
    /// The library environment, or directories of libraries, if there are any.
    pub libraries: Option<Choice>,
    /// How the loader gets to know of them.
    pub how: How,
    /// The LD_LIBRARY_PATH that the loader sees.
    pub library_path: Option<OsString>,
    /// The extra paths in it: where the system has its drivers.
    pub extra_paths: Vec<PathBuf>,
    /// The directories of which the library environment lists libraries by name, whether they are there or not.
    pub known_paths: Vec<PathBuf>,
    /// The loader that the program names, if it is not there, nor the place of the stub.
    pub missing_interpreter: Option<OsString>,
}

/// A path, and who named it.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The path; of libraries, a list with colons.
    pub path: PathBuf,
    /// Who named it, in words.
    pub from: &'static str,
}

/// A loader that cannot be used.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The loader.
    pub choice: Choice,
    /// Why.
    pub reason: String,
}

/// How the loader gets to know of the libraries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Its cache is redirected.
    Cache,
    /// It sees them in LD_LIBRARY_PATH.
    Environment,
    /// Not at all: the program has more rights than its caller.
    Unreachable,
    /// There are none.
    NoLibraries,
    /// The program names a loader of its own, and the stub has no part in it.
    WithoutStub,
}

impl How {
    /// A word for it that stays the same, for programs to read.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            How::Cache => "cache",
            How::Environment => "environment",
            How::Unreachable => "unreachable",
            How::NoLibraries => "none",
            How::WithoutStub => "without-stub",
        }
    }
}

impl Plan {
    /// The plan for a program that names a loader which is there and is no stub.
    pub(super) fn without_the_stub(
        architecture: &Architecture,
        interpreter: Option<&OsString>,
        settings: &Settings,
    ) -> Option<Self> {
        let supposes_stub = settings.supposes_stub || !settings.asks_kernel;
        let is_stub = |it: &&OsString| supposes_stub && is_stubs_place(architecture, it);
        let path = Path::new(interpreter.filter(|it| !is_stub(it))?);
        if !path.exists() || StubFile::read(path).is_ok() || stranger(path).is_some() {
            return None;
        }
        let choice = Choice {
            path: path.to_owned(),
            from: "the program",
        };
        let (loader, refused) = match stub::check_loader(path, architecture) {
            // What the stub would not take the kernel may.
            _ if settings.asks_kernel => (Some(choice), Vec::new()),
            Ok(()) => (Some(choice), Vec::new()),
            Err(reason) => (None, vec![Refused { choice, reason }]),
        };
        Some(Self {
            stub: None,
            loader,
            refused,
            pin_not_used: None,
            libraries: None,
            how: How::WithoutStub,
            library_path: variable(&settings.environment, "LD_LIBRARY_PATH"),
            extra_paths: Vec::new(),
            known_paths: Vec::new(),
            missing_interpreter: None,
        })
    }

    /// What the stub decides for programs of an architecture.
    ///
    /// # Errors
    /// The stub that is named is none, or is for another architecture.
    pub(crate) fn of_the_stub(
        architecture: &'static Architecture,
        c_library: CLibrary,
        is_secure: bool,
        pin: Option<&Path>,
        settings: &Settings,
    ) -> Result<Self> {
        let found = stub::find(architecture, settings)?;
        let baked = match &found {
            Some((_, stub)) => stub.baked(c_library)?,
            None => Baked::default(),
        };
        let texts = entries(&settings.environment);
        let entries: Vec<_> = texts.iter().map(|text| Entry::from(&**text)).collect();
        let own_loader = of_system(settings, architecture, "NIX_LD", settings.loader.as_ref());
        let name = "NIX_LD_LIBRARY_PATH";
        let own_libraries = of_system(settings, architecture, name, settings.library_path.as_ref());
        let mut settings_of_stub = env::scan(&entries, c_library);
        settings_of_stub.loader_of_system = own_loader.as_deref();
        settings_of_stub.libraries_of_system = own_libraries.as_deref();
        let inputs = Inputs {
            c_library,
            settings: &settings_of_stub,
            secure: is_secure,
            baked,
            pin: pin.map(|pin| pin.as_os_str().as_bytes()),
        };
        let decided = plan::decide(&inputs, is_readable);

        let mut plan = Self {
            stub: found.as_ref().map(|(path, _)| path.clone()),
            loader: None,
            refused: Vec::new(),
            pin_not_used: None,
            libraries: None,
            how: How::NoLibraries,
            library_path: None,
            extra_paths: Vec::new(),
            known_paths: Vec::new(),
            missing_interpreter: None,
        };
        plan.choose_loader(&decided, architecture);
        plan.choose_libraries(&decided, &inputs);
        plan.name_flags(settings);
        Ok(plan)
    }

    fn choose_loader(&mut self, decided: &plan::Plan<'_>, architecture: &Architecture) {
        for candidate in decided.loaders.iter().flatten() {
            let choice = Choice {
                path: loader_path(candidate.path),
                from: origin::of_loader(candidate.origin),
            };
            match stub::check_loader(&choice.path, architecture) {
                Ok(()) => {
                    self.loader = Some(choice);
                    return;
                }
                Err(reason) => self.refused.push(Refused { choice, reason }),
            }
        }
    }

    /// As `commit::mechanism` in the stub: the cache plan needs a loader whose built-in path is long
    /// enough.
    fn choose_libraries(&mut self, decided: &plan::Plan<'_>, inputs: &Inputs<'_>) {
        let user = inputs.settings.user;
        let user = user.map_or(&b""[..], |user| user.value.to_c_str().to_bytes());
        let user = if inputs.secure { b"" } else { user };
        let mut searched = Vec::new();
        if let Some(libraries) = &decided.libraries {
            self.libraries = Some(Choice {
                path: OsStr::from_bytes(libraries.path).into(),
                from: origin::of_libraries(libraries.origin),
            });
            self.how = match libraries.mechanism {
                Mechanism::Cache if self.has_room(libraries.path) => How::Cache,
                _ if inputs.secure => How::Unreachable,
                _ => How::Environment,
            };
            searched = extra_paths(libraries, inputs);
            let paths = searched.iter().map(|it| OsStr::from_bytes(it).into());
            self.extra_paths = paths.collect();
            let directory = plan::single_directory(libraries.path, inputs.c_library);
            self.known_paths = directory.map_or_else(Vec::new, |it| {
                written_known_paths(Path::new(OsStr::from_bytes(it)))
            });
            if self.how == How::Environment {
                let directories = plan::directories(libraries.path, inputs.c_library);
                searched.extend(directories.map(<[u8]>::to_vec));
            }
        }
        if !user.is_empty() {
            searched.insert(0, user.to_vec());
        }
        let list = searched.join(&b':');
        self.library_path = (!list.is_empty()).then(|| OsString::from_vec(list));
    }

    /// What a flag says was handed to the stub's code as if a variable said it.
    fn name_flags(&mut self, settings: &Settings) {
        let is_said = |choice: &Choice, flag: &Option<OsString>| {
            flag.as_ref()
                .is_some_and(|it| choice.path.as_os_str() == it)
        };
        let refused = self.refused.iter_mut().map(|it| &mut it.choice);
        for choice in refused.chain(&mut self.loader) {
            if is_said(choice, &settings.loader) {
                choice.from = "--loader";
            }
        }
        if let Some(choice) = &mut self.libraries
            && is_said(choice, &settings.library_path)
        {
            choice.from = "--library-path";
        }
    }

    /// Whether the path of the cache in a library environment is not longer than the loader's own.
    fn has_room(&self, libraries: &[u8]) -> bool {
        let loader = self.loader.as_ref();
        if loader.is_some_and(|loader| is_prepared_for(&loader.path, libraries)) {
            return true;
        }
        let place = loader.and_then(|loader| cache_place(&loader.path));
        let length = plan::single_directory(libraries, CLibrary::Glibc)
            .map(|it| it.len() + cache_path::FILE.len());
        matches!((place, length), (Some(place), Some(length)) if length <= place.length)
    }

    /// The folders in which the system has its drivers.
    pub(super) fn driver_folders(&self) -> Vec<PathBuf> {
        [&self.extra_paths[..], &self.known_paths].concat()
    }

    /// The path of the cache that the loader opens.
    #[must_use]
    pub fn cache(&self, loader: &RealLoader) -> Option<PathBuf> {
        match (&self.libraries, self.how) {
            (Some(libraries), How::Cache) => {
                let directory =
                    plan::single_directory(libraries.path.as_os_str().as_bytes(), CLibrary::Glibc)?;
                let path = [directory, cache_path::FILE.as_bytes()].concat();
                Some(OsString::from_vec(path).into())
            }
            // The stub takes out what a prepared loader has.
            (_, how) if loader.is_prepared && how != How::WithoutStub => None,
            _ => loader.cache_path.clone(),
        }
    }
}

/// As `acquire::takes_cache` in the stub: whether a loader looks into a library environment by itself, by this path of it or
/// another.
fn is_prepared_for(loader: &Path, libraries: &[u8]) -> bool {
    let directory = plan::single_directory(libraries, CLibrary::Glibc);
    let directory = directory.map(|it| Path::new(OsStr::from_bytes(it)));
    let (Some(directory), Some(cache)) = (directory, prepared_for(loader)) else {
        return false;
    };
    let place = cache.parent().unwrap_or(Path::new("/"));
    let is_own = loader.as_os_str() == directory.join(LOADER_NAME).as_os_str();
    place.as_os_str() == directory.as_os_str()
        || is_own && directory.canonicalize().is_ok_and(|it| it == place)
}

/// The extra paths of the library environment in use that the stub hands to the loader.
fn extra_paths(libraries: &plan::Libraries<'_>, inputs: &Inputs<'_>) -> Vec<Vec<u8>> {
    if libraries.mechanism != Mechanism::Cache {
        return Vec::new();
    }
    let text = if libraries.origin == Origin::Baked {
        let baked = inputs.baked.cache_place;
        baked.map(|text| text.to_bytes().to_vec())
    } else {
        let directory = plan::single_directory(libraries.path, inputs.c_library);
        directory.and_then(|it| written_cache_note(Path::new(OsStr::from_bytes(it))))
    };
    let note = text.as_deref().and_then(CacheNote::parse);
    let paths = note.map_or(&b""[..], |note| note.extra_paths);
    let usable = plan::usable_extra_paths(inputs, paths, is_readable);
    let directories = plan::directories(usable, inputs.c_library);
    directories.map(<[u8]>::to_vec).collect()
}

/// Whether the file whose path is the two put together can be read.
pub(super) fn is_readable(directory: &[u8], file: &str) -> bool {
    let path = [directory, file.as_bytes()].concat();
    access(OsStr::from_bytes(&path), AccessFlags::R_OK).is_ok()
}

fn loader_path(path: LoaderPath<'_>) -> PathBuf {
    let bytes = match path {
        LoaderPath::File(path) => CStr::to_bytes(path).trim_ascii_end().to_vec(),
        LoaderPath::Inside(directory) => [directory, plan::LOADER_FILE.as_bytes()].concat(),
    };
    OsString::from_vec(bytes).into()
}
