//! `/bin/sh` and `/usr/bin/env` of an isolated root, which NixOS has, too.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::libraries::HOST_ROOT;
use super::shown::is_always;
use crate::elf::Image;
use crate::freeze::{self, freeze};
use crate::resolver::map_file;
use crate::sandbox::Root;
use crate::surgery::{Edit, Options, SearchPathChange, apply, plan};

/// What programs find on every Linux.
const EVERYWHERE: [&str; 2] = ["/bin/sh", "/usr/bin/env"];

/// As links into the Nix store if that is where the host has them, as NixOS does. Those of another host keep its loader and
/// libraries, whatever the isolated program gets.
pub(super) fn with_shell(mut root: Root) -> Result<Root> {
    for path in EVERYWHERE
        .map(Path::new)
        .into_iter()
        .filter(|it| it.exists())
    {
        let real = path
            .canonicalize()
            .with_context(|| format!("cannot follow {}", path.display()))?;
        if is_always(&real) {
            root = root.link(&real, path);
            continue;
        }
        root = match Moved::of(&real) {
            Ok(moved) => {
                for folder in &moved.folders {
                    root = root.bind_read_only(folder, on_host(folder));
                }
                root.program(moved.bytes, path)
            }
            // A static one needs nothing, and what cannot be changed is a program for the stub.
            Err(_) => root.bind_read_only(&real, path),
        };
    }
    Ok(root)
}

/// A program of the host that finds loader and libraries where the root shows the host's.
struct Moved {
    bytes: Vec<u8>,
    /// The folders of its loader and its libraries, on the host.
    folders: Vec<PathBuf>,
}

impl Moved {
    fn of(program: &Path) -> Result<Self> {
        let mut bytes = map_file(program)?.to_vec();
        let interpreter = Image::parse(&bytes)?.interpreter();
        let loader = PathBuf::from(interpreter.context("it names no loader")?).canonicalize()?;
        let libraries = freeze(program, &freeze::Settings::default())?.libraries;
        let mut folders: Vec<_> = libraries.iter().filter_map(|it| it.parent()).collect();
        folders.extend(loader.parent());
        folders.sort();
        folders.dedup();
        let search_path: Vec<_> = folders
            .iter()
            .map(|it| on_host(it).into_os_string())
            .collect();
        let edits = [
            Edit::Interpreter(on_host(&loader).into_os_string().into_vec()),
            Edit::SearchPath {
                change: SearchPathChange::Set(search_path.join(&OsString::from(":")).into_vec()),
                // For the libraries of its libraries as well.
                force_rpath: true,
            },
        ];
        let folders = folders.iter().map(|it| (*it).to_owned()).collect();
        let plan = plan(&bytes, &edits, &Options::default())?;
        apply(&mut bytes, &plan);
        Ok(Self { bytes, folders })
    }
}

/// Where in the root a path of the host is.
fn on_host(path: &Path) -> PathBuf {
    Path::new(HOST_ROOT).join(path.strip_prefix("/").unwrap_or(path))
}
