//! The root in which the program runs.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::libraries::{Libraries, folders};
use super::program::Program;
use super::shell::with_shell;
use super::shown::{Shown, is_always};
use crate::library_env::{CACHE_NAME, LOADER_NAME, LibraryEnv, PLACE_NAME};
use crate::sandbox::Root;

/// Where the library environment is in the new root. The cache in it, `/nld/ld.so.cache`, is as
/// long as `/etc/ld.so.cache`, so it fits into the loaders of most distributions.
pub(super) const ENV_PLACE: &str = "/nld";

/// The caller's root with the stub at `place`.
pub(super) fn like_host(stub: Vec<u8>, place: &Path, libraries: &Libraries) -> Result<Root> {
    let mut root = Root::like_host()?;
    match libraries {
        Libraries::Env {
            directory,
            host_root,
        } => {
            root = root.without(ENV_PLACE).bind_read_only(directory, ENV_PLACE);
            if *host_root != Path::new("/") {
                root = show_folders(root, directory, host_root)?;
            }
        }
        Libraries::Once(env) => root = with_env(root.without(ENV_PLACE), env)?,
        Libraries::AsInherited(_) => {}
    }
    let folder = place.parent().unwrap_or(Path::new("/"));
    Ok(open_up(root, folder, place)?.program(stub, place))
}

/// A NixOS-like root with the stub at `place`.
pub(super) fn isolated(
    stub: Vec<u8>,
    place: &Path,
    libraries: &Libraries,
    program: &Program,
    shown: &Shown,
) -> Result<Root> {
    ensure!(
        program.folder() != Path::new("/"),
        "cannot isolate {}: it lies in / itself, beside all that is to be hidden; move it to a \
         folder of its own",
        program.path.display()
    );
    let mut root = Root::nixos_like();
    if let Some(home) = &shown.home {
        root = root.directory(home);
    }
    match libraries {
        Libraries::Env {
            directory,
            host_root,
        } => {
            root = show_folders(
                root.bind_read_only(directory, ENV_PLACE),
                directory,
                host_root,
            )?;
        }
        // Nix has it all, and that is shown.
        Libraries::Once(env) => root = with_env(root, env)?,
        Libraries::AsInherited(paths) => {
            for path in paths {
                root = show(root, path)?;
            }
        }
    }
    root = with_shell(root)?;
    // Over the libraries, which may lie around it, since the program may write here.
    for path in &shown.paths {
        root = root.bind(path, path);
    }
    Ok(root.program(stub, place))
}

/// A library environment in the root's own memory, which is gone with the program.
fn with_env(mut root: Root, env: &LibraryEnv) -> Result<Root> {
    let place = |name: &OsStr| Path::new(ENV_PLACE).join(name);
    root = root.directory(ENV_PLACE);
    for (name, file) in &env.libraries {
        root = root.link(file, place(name));
    }
    root = root.link(&env.loader, place(LOADER_NAME.as_ref()));
    if let Some(note) = env.cache_note() {
        root = root.link(note, place(PLACE_NAME.as_ref()));
    }
    if let Some(cache) = env.cache() {
        root = root.program(cache.serialize()?, place(CACHE_NAME.as_ref()));
    }
    Ok(root)
}

/// The current folder of the program, if the caller's is to be seen in an isolated root, else the
/// program's own.
pub(super) fn isolated_folder(current: PathBuf, program: &Program, shown: &Shown) -> PathBuf {
    if shown.has(&current) {
        current
    } else {
        program.folder().to_owned()
    }
}

/// Makes `folder` a directory of the new root itself, with the same entries but `left_out`, so
/// that something can be added to it without touching the host's.
fn open_up(root: Root, folder: &Path, left_out: &Path) -> Result<Root> {
    let mut root = root.without(folder).directory(folder);
    if !folder.exists() {
        return Ok(root);
    }
    let operation = || format!("cannot list {}", folder.display());
    // With /usr merged, /lib64 is a link to usr/lib64, and its files stay there.
    let real = folder.canonicalize().with_context(operation)?;
    for entry in fs::read_dir(folder).with_context(operation)? {
        let entry = entry.with_context(operation)?;
        if entry.path() == left_out {
            continue;
        }
        root = if real == folder {
            root.remake(&entry.path())?
        } else {
            root.link(real.join(entry.file_name()), entry.path())
        };
    }
    Ok(root)
}

/// Shows the folders of what is in a library environment.
fn show_folders(mut root: Root, directory: &Path, host_root: &Path) -> Result<Root> {
    for folder in folders(directory)? {
        let Ok(below) = folder.strip_prefix(host_root) else {
            continue;
        };
        let source = Path::new("/").join(below);
        if !is_always(&folder) && source.is_dir() {
            root = root.bind_read_only(source, folder);
        }
    }
    Ok(root)
}

/// Shows a path of the host, and if it is a library environment, what its links lead to.
fn show(root: Root, path: &Path) -> Result<Root> {
    if is_always(path) {
        return Ok(root);
    }
    let real = path
        .canonicalize()
        .with_context(|| format!("cannot find {}", path.display()))?;
    let root = if is_always(&real) {
        root.link(&real, path)
    } else {
        root.bind_read_only(&real, path)
    };
    if real.is_dir() {
        show_folders(root, &real, Path::new("/"))
    } else {
        Ok(root)
    }
}
