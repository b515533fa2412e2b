//! The plan: which loader, which libraries, by which mechanism.
//!
//! [`decide`] asks one thing of the system, whether a file is readable, and asks it through its caller. So
//! the stub and `ldshim explain` decide by the same code.

use core::ffi::CStr;

use crate::baked::Baked;
use crate::c_library::CLibrary;
use crate::cache_path;
use crate::env::Settings;

/// The library environment of a NixOS system, as nix-ld's module has always linked it.
pub const DEFAULT_LIBRARY_DIR: &CStr = c"/run/current-system/sw/share/nix-ld/lib";

/// The library environment of a NixOS system for programs of musl, by analogy.
pub const DEFAULT_MUSL_LIBRARY_DIR: &CStr = c"/run/current-system/sw/share/nix-ld-musl/lib";

/// The name of the real loader in a library environment, as it follows the directory.
pub const LOADER_FILE: &str = "/ld.so";

/// What the plan depends on.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// For which C library the program is.
    pub c_library: CLibrary,
    /// What the environment says.
    pub settings: &'a Settings<'a>,
    /// Whether the program runs with rights that its caller lacks (AT_SECURE). Then the caller's settings
    /// do not count.
    pub secure: bool,
    /// What the stub's file says for programs of that C library.
    pub baked: Baked<'a>,
    /// The directory of the program's pin, if it has one that can be trusted.
    pub pin: Option<&'a [u8]>,
}

/// Where a part of the plan comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `NIX_LD_<system>` or `NIX_LD_LIBRARY_PATH_<system>`
    SystemVariable,
    /// `NIX_LD` or `NIX_LD_LIBRARY_PATH`
    Variable,
    /// `ld.so` of the library environment in use
    LibraryEnvironment,
    /// [`default_library_dir`]
    Default,
    /// The baked configuration
    Baked,
    /// The program's pin
    Pin,
}

/// A real loader that may be there or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoaderCandidate<'a> {
    /// Who named it.
    pub origin: Origin,
    /// Its path. Files like `nix-support/dynamic-linker` end with a newline, and so may this.
    pub path: LoaderPath<'a>,
}

/// The path of a loader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoaderPath<'a> {
    /// A path by itself.
    File(&'a CStr),
    /// [`LOADER_FILE`] in this directory.
    Inside(&'a [u8]),
}

/// The libraries that the real loader shall find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Libraries<'a> {
    /// Who named them.
    pub origin: Origin,
    /// Directories, separated by colons.
    pub path: &'a [u8],
    /// How the loader gets to know of them.
    pub mechanism: Mechanism,
}

/// How the real loader gets to know of the libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// Its built-in cache path is redirected. If that turns out to be impossible: `Environment`.
    Cache,
    /// It sees them in LD_LIBRARY_PATH, or after `--library-path` if it is started directly.
    Environment,
    /// Not at all: a loader with AT_SECURE does not look at the environment.
    Unreachable,
}

/// What the stub is going to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The loaders to try, best first.
    pub loaders: [Option<LoaderCandidate<'a>>; 6],
    /// The libraries, if any were named or found.
    pub libraries: Option<Libraries<'a>>,
}

/// Decides. `readable(dir, file)` tells whether the file whose path is the two put together can be read. It
/// is asked for a directory, with no file, and for [`cache_path::FILE`].
pub fn decide<'a>(inputs: &Inputs<'a>, readable: impl FnMut(&[u8], &str) -> bool) -> Plan<'a> {
    let none = Settings::default();
    let settings = if inputs.secure {
        &none
    } else {
        inputs.settings
    };
    let mut libraries = choose_libraries(settings, inputs, readable);
    if let Some(libraries) = &mut libraries
        && inputs.secure
        && libraries.mechanism == Mechanism::Environment
    {
        libraries.mechanism = Mechanism::Unreachable;
    }
    Plan {
        loaders: loader_candidates(settings, libraries.as_ref(), inputs),
        libraries,
    }
}

/// The extra paths of a library environment, if one of them is there; else nothing. The loader of a privileged
/// program takes no library path, and so none of these. `readable` is asked as by [`decide`].
pub fn usable_extra_paths<'a>(
    inputs: &Inputs<'_>,
    extra_paths: &'a [u8],
    mut readable: impl FnMut(&[u8], &str) -> bool,
) -> &'a [u8] {
    let is_usable =
        !inputs.secure && directories(extra_paths, inputs.c_library).any(|dir| readable(dir, ""));
    if is_usable { extra_paths } else { b"" }
}

/// The default library environment for programs of a C library.
pub fn default_library_dir(c_library: CLibrary) -> &'static CStr {
    match c_library {
        CLibrary::Glibc => DEFAULT_LIBRARY_DIR,
        CLibrary::Musl => DEFAULT_MUSL_LIBRARY_DIR,
    }
}

fn choose_libraries<'a>(
    settings: &Settings<'a>,
    inputs: &Inputs<'a>,
    mut readable: impl FnMut(&[u8], &str) -> bool,
) -> Option<Libraries<'a>> {
    let c_library = inputs.c_library;
    // musl's loader has no cache.
    let may_hold_cache = |dir: &[u8]| c_library == CLibrary::Glibc && may_hold_cache(dir);
    if let Some(path) = inputs.pin {
        let mechanism = if may_hold_cache(path) && readable(path, cache_path::FILE) {
            Mechanism::Cache
        } else {
            Mechanism::Environment
        };
        return Some(Libraries {
            origin: Origin::Pin,
            path,
            mechanism,
        });
    }
    let named = [
        (Origin::SystemVariable, settings.libraries_of_system),
        (Origin::Variable, settings.libraries),
    ];
    for (origin, value) in named {
        let Some(path) = value.map(CStr::to_bytes) else {
            continue;
        };
        let mechanism = match single_directory(path, c_library) {
            Some(dir) if may_hold_cache(dir) && readable(dir, cache_path::FILE) => Mechanism::Cache,
            None if directories(path, c_library).next().is_none() => continue,
            _ => Mechanism::Environment,
        };
        return Some(Libraries {
            origin,
            path,
            mechanism,
        });
    }
    // What is baked in is not asked for: it was there when it was baked in, and belongs to the stub. The default
    // belongs to the system, and may be of another architecture than the stub.
    if let Some(path) = inputs.baked.library_dir.map(CStr::to_bytes) {
        let mechanism = if may_hold_cache(path) && inputs.baked.cache_place.is_some() {
            Mechanism::Cache
        } else {
            Mechanism::Environment
        };
        return Some(Libraries {
            origin: Origin::Baked,
            path,
            mechanism,
        });
    }
    let path = default_library_dir(c_library).to_bytes();
    if !readable(path, "") {
        return None;
    }
    let mechanism = if may_hold_cache(path) && readable(path, cache_path::FILE) {
        Mechanism::Cache
    } else {
        Mechanism::Environment
    };
    Some(Libraries {
        origin: Origin::Default,
        path,
        mechanism,
    })
}

fn loader_candidates<'a>(
    settings: &Settings<'a>,
    libraries: Option<&Libraries<'a>>,
    inputs: &Inputs<'a>,
) -> [Option<LoaderCandidate<'a>>; 6] {
    let file = |origin, path: Option<&'a CStr>| {
        path.map(|path| LoaderCandidate {
            origin,
            path: LoaderPath::File(path),
        })
    };
    let inside = |origin, dir| LoaderCandidate {
        origin,
        path: LoaderPath::Inside(dir),
    };
    let own = libraries.and_then(|libraries| single_directory(libraries.path, inputs.c_library));
    let default = default_library_dir(inputs.c_library).to_bytes();
    // The libraries of a pin are made for its own loader.
    let (pin, own) = match inputs.pin {
        Some(dir) => (Some(inside(Origin::Pin, dir)), None),
        None => (None, own),
    };
    [
        pin,
        file(Origin::SystemVariable, settings.loader_of_system),
        file(Origin::Variable, settings.loader),
        own.map(|dir| inside(Origin::LibraryEnvironment, dir)),
        (own != Some(default)).then(|| inside(Origin::Default, default)),
        file(Origin::Baked, inputs.baked.loader),
    ]
}

/// The directories of a library path. Empty elements are left out: to the real loader they would mean the
/// current directory, and to those who leave them in, nothing.
pub fn directories(path: &[u8], c_library: CLibrary) -> impl Iterator<Item = &[u8]> {
    path.split(is_separator(c_library))
        .filter(|dir| !dir.is_empty())
}

/// The directory of a library path that has just one.
pub fn single_directory(path: &[u8], c_library: CLibrary) -> Option<&[u8]> {
    let is_separator = is_separator(c_library);
    let start = path.iter().position(|byte| !is_separator(byte))?;
    let path = path.get(start..)?;
    let end = path.iter().position(is_separator).unwrap_or(path.len());
    let (directory, rest) = path.split_at_checked(end)?;
    rest.iter().all(is_separator).then_some(directory)
}

/// Whether a library path has an empty element.
pub fn has_empty_element(path: &[u8], c_library: CLibrary) -> bool {
    let [one, other] = c_library.separators();
    // Word by word: these paths can be long. `memchr::memchr2` itself would need to be relocated.
    let separators = memchr::arch::all::memchr::Two::new(one, other);
    let mut rest = path;
    loop {
        let end = separators.find(rest);
        match end.and_then(|end| rest.get(end + 1..)) {
            Some(_) if end == Some(0) => return true,
            Some(next) => rest = next,
            None => return rest.is_empty(),
        }
    }
}

fn is_separator(c_library: CLibrary) -> impl Fn(&u8) -> bool + Copy {
    let [one, other] = c_library.separators();
    move |&byte| byte == one || byte == other
}

/// A cache is opened again at each dlopen, when the program may be in another directory.
fn may_hold_cache(dir: &[u8]) -> bool {
    dir.starts_with(b"/")
}

#[cfg(test)]
mod tests;
