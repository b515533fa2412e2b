//! The libraries of a program of musl, found as musl's loader finds them: `load_library` in its ldso/dynlink.c.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Closure, Library, file_name};
use crate::elf::{Dynamic, Image};
use crate::resolver::map_file;

/// Where musl's loader looks if its file of paths is not there.
const DEFAULT: &[u8] = b"/lib:/usr/local/lib:/usr/lib";

/// How the names begin that mean musl itself, for which nothing is loaded.
const OWN: [&str; 8] = [
    "libc.",
    "libpthread.",
    "librt.",
    "libm.",
    "libdl.",
    "libutil.",
    "libxnet.",
    "ld-musl-",
];

/// A file whose libraries are looked for.
struct Object {
    path: PathBuf,
    dynamic: Dynamic,
    /// The number of the one that needs it; nobody needs the program.
    needed_by: Option<usize>,
}

/// What the program or module at `path` needs when `loader` loads it.
pub(super) fn closure(path: &Path, loader: &Path) -> Closure {
    let system = system_path(loader);
    let mut closure = Closure::default();
    let mut objects: Vec<Object> = read(path, None).into_iter().collect();
    let mut queue: VecDeque<usize> = (0..objects.len()).collect();
    while let Some(number) = queue.pop_front() {
        for needed in objects[number].dynamic.dependencies.clone() {
            let Some(name) = file_name(&needed.name).filter(|it| !is_own(it)) else {
                continue;
            };
            let known = closure.libraries.iter().any(|it| it.names.contains(&name));
            if known || closure.missing.contains(&name) {
                continue;
            }
            match find(&needed.name, &objects, number, &system) {
                Some(source) => {
                    queue.push_back(objects.len());
                    objects.extend(read(&source, Some(number)));
                    closure.libraries.push(Library {
                        names: vec![name],
                        source,
                        needed_by: objects[number].path.clone(),
                    });
                }
                None => closure.missing.push(name),
            }
        }
    }
    closure
}

fn is_own(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    OWN.iter().any(|it| name.starts_with(it)) || name.starts_with("libc.musl-")
}

fn read(path: &Path, needed_by: Option<usize>) -> Option<Object> {
    let bytes = map_file(path).ok()?;
    let dynamic = Dynamic::of(&Image::parse(&bytes).ok()?)?;
    Some(Object {
        path: path.to_owned(),
        dynamic,
        needed_by,
    })
}

/// The search paths of who asks, then of those for whom that was loaded, then the system's.
fn find(name: &OsStr, objects: &[Object], asking: usize, system: &[u8]) -> Option<PathBuf> {
    if name.as_bytes().contains(&b'/') {
        return Path::new(name).canonicalize().ok();
    }
    let mut next = Some(asking);
    while let Some(object) = next.and_then(|it| objects.get(it)) {
        let list = object
            .dynamic
            .runpath
            .as_ref()
            .or(object.dynamic.rpath.as_ref());
        let origin = object.path.parent().unwrap_or(Path::new("/"));
        let list = list.map(|it| expand(it.as_bytes(), origin.as_os_str().as_bytes()));
        if let Some(found) = list.and_then(|it| in_list(&it, name)) {
            return Some(found);
        }
        next = object.needed_by;
    }
    in_list(system, name)
}

fn in_list(list: &[u8], name: &OsStr) -> Option<PathBuf> {
    let folders = list.split(|it| *it == b':' || *it == b'\n');
    let mut files = folders
        .filter(|it| it.starts_with(b"/"))
        .map(|it| Path::new(OsStr::from_bytes(it)).join(name));
    files.find_map(|it| it.canonicalize().ok().filter(|it| it.is_file()))
}

/// `$ORIGIN` and `${ORIGIN}` are the only tokens.
fn expand(list: &[u8], origin: &[u8]) -> Vec<u8> {
    let mut expanded = Vec::new();
    let mut rest = list;
    while let Some(at) = memchr::memchr(b'$', rest) {
        expanded.extend(&rest[..at]);
        let after = [&b"$ORIGIN"[..], b"${ORIGIN}"]
            .iter()
            .find_map(|it| rest[at..].strip_prefix(*it));
        match after {
            Some(after) => {
                expanded.extend(origin);
                rest = after;
            }
            None => {
                expanded.push(b'$');
                rest = &rest[at + 1..];
            }
        }
    }
    expanded.extend(rest);
    expanded
}

/// `etc/ld-musl-ARCH.path` beside the folder of the loader.
fn system_path(loader: &Path) -> Vec<u8> {
    let prefix = loader
        .parent()
        .and_then(Path::parent)
        .unwrap_or(Path::new("/"));
    let name = loader.with_extension("").with_extension("path");
    let file = prefix
        .join("etc")
        .join(name.file_name().unwrap_or_default());
    std::fs::read(file).unwrap_or_else(|_| DEFAULT.to_vec())
}
