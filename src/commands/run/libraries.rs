//! Which library environment the stub is to use.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use loader_stub::c_library::CLibrary;

use super::environment::Environment;
use super::program::Program;
use crate::bare_env::{self, own_loader};
use crate::cli::RunArgs;
use crate::elf::{self, Architecture};
use crate::host_env::{HOST_CACHE, HostEnv, host_loader, kept_in};
use crate::library_env::{LOADER_NAME, LibraryEnv};
use crate::stub_file::StubFile;

/// Where the stub looks if the environment says nothing.
const DEFAULT_DIRECTORY: &str = "/run/current-system/sw/share/nix-ld/lib";

/// Where in the new root the host's files are, if their own places are taken or hidden.
pub(super) const HOST_ROOT: &str = "/nld-host";

/// What the stub is told.
pub(super) enum Libraries {
    /// To use this library environment.
    Env {
        /// The directory, on the host.
        directory: PathBuf,
        /// Where in the new root the host's files are that it leads to: `/` or [`HOST_ROOT`].
        host_root: &'static Path,
    },
    /// To use this library environment, which is in the new root's memory only.
    Once(Box<LibraryEnv>),
    /// Nothing: it finds on its own what is at these paths of the host.
    AsInherited(Vec<PathBuf>),
}

/// Chooses: what `--env` names, else what the stub would find anyway, else what is baked into the stub that is at its place
/// already, else the host's libraries; of a bare host, which has no loader, what ldshim itself runs with. `place` is where the stub
/// will be.
pub(super) fn choose(
    args: &RunArgs,
    is_bare: bool,
    program: &Program,
    place: &Path,
    environment: &Environment,
) -> Result<Libraries> {
    if let Some(directory) = &args.env {
        check(directory, program.architecture)?;
        return Ok(Libraries::Env {
            directory: directory.clone(),
            host_root: Path::new("/"),
        });
    }
    if let Some(paths) = inherited(environment, program.architecture) {
        return Ok(Libraries::AsInherited(paths));
    }
    if let Some(directory) = baked(place) {
        return Ok(Libraries::Env {
            directory,
            host_root: Path::new("/"),
        });
    }
    if is_bare {
        return bare(program.architecture);
    }
    let hidden = args.isolate || host_loader(program.architecture)? == *place;
    let host_root = Path::new(if hidden { HOST_ROOT } else { "/" });
    let host_env = HostEnv {
        host_cache: Path::new(HOST_CACHE),
        architecture: program.architecture,
        host_root,
    };
    Ok(Libraries::Env {
        directory: host_env.ensure(&kept_in()?.join("host"))?,
        host_root,
    })
}

/// What ldshim itself runs with, where the host has no loader of its own, as NixOS has none.
fn bare(architecture: &'static Architecture) -> Result<Libraries> {
    let loader = own_loader(architecture).with_context(|| {
        format!(
            "this host has no loader {} for {architecture} programs, and what ldshim itself runs with is no glibc for them in the Nix \
             store; make a library environment with `ldshim env build`, and name it with --env",
            architecture.loader_path
        )
    })?;
    Ok(Libraries::Env {
        directory: bare_env::ensure(&loader, architecture)?,
        host_root: Path::new("/"),
    })
}

/// Sees to it that `directory` has what makes a library environment, for these programs.
fn check(directory: &Path, architecture: &'static Architecture) -> Result<()> {
    let operation = || {
        format!(
            "cannot use {} as the library environment",
            directory.display()
        )
    };
    let loader = directory.join(LOADER_NAME);
    if !directory.is_dir() {
        fs::metadata(directory).with_context(operation)?;
        bail!("{}: not a directory", operation());
    }
    if !loader.is_symlink() && !loader.exists() {
        bail!(
            "{}: it has no {LOADER_NAME}; make one with `ldshim env build`",
            operation()
        );
    }
    let identity = elf::identify(&loader)
        .with_context(|| format!("{}: cannot use its {LOADER_NAME}", operation()))?;
    if !architecture.matches(&identity) {
        bail!(
            "{}: it is for {identity}, but the program is for {architecture}",
            operation()
        );
    }
    Ok(())
}

/// The paths at which the stub finds loader and libraries on its own, if it is told any or there
/// is a default.
fn inherited(environment: &Environment, architecture: &Architecture) -> Option<Vec<PathBuf>> {
    let system = architecture.nix_system.replace('-', "_");
    let value = |name: &str| {
        environment
            .get(&format!("{name}_{system}"))
            .or_else(|| environment.get(name))
    };
    let mut paths: Vec<PathBuf> = match value("NIX_LD_LIBRARY_PATH") {
        Some(list) => env::split_paths(OsStr::from_bytes(list)).collect(),
        None if Path::new(DEFAULT_DIRECTORY).exists() => vec![DEFAULT_DIRECTORY.into()],
        None => return None,
    };
    paths.extend(value("NIX_LD").map(|path| OsStr::from_bytes(path.trim_ascii_end()).into()));
    paths.retain(|path| path.is_absolute() && path.exists());
    Some(outermost(paths))
}

/// The library environment that is baked into a stub at `place`, as where `ldshim run` starts itself.
fn baked(place: &Path) -> Option<PathBuf> {
    let stub = StubFile::read(place).ok()?;
    let directory = stub.baked(CLibrary::Glibc).ok()?.library_dir?;
    let directory = PathBuf::from(OsStr::from_bytes(directory.to_bytes()));
    directory.join(LOADER_NAME).exists().then_some(directory)
}

/// The folders of the files to which the links in `directory` lead, as written and as they are.
/// Those within others of them are left out.
pub(super) fn folders(directory: &Path) -> Result<Vec<PathBuf>> {
    let operation = || format!("cannot list {}", directory.display());
    let mut folders = BTreeSet::new();
    for entry in fs::read_dir(directory).with_context(operation)? {
        let path = entry.with_context(operation)?.path();
        let Ok(written) = path.read_link() else {
            continue;
        };
        for file in [Some(written), path.canonicalize().ok()]
            .into_iter()
            .flatten()
        {
            folders.extend(
                file.parent()
                    .filter(|folder| folder.is_absolute())
                    .map(Path::to_owned),
            );
        }
    }
    Ok(outermost(Vec::from_iter(folders)))
}

/// Without the paths that lie within others.
pub(super) fn outermost(mut paths: Vec<PathBuf>) -> Vec<PathBuf> {
    // A folder sorts before what is in it.
    paths.sort();
    paths.dedup_by(|later, kept| later.starts_with(kept));
    paths
}
