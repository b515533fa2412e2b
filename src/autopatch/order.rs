//! The order of directories in a search path.
//!
//! A loader takes the first file of a name that it comes to. So a directory that has a library in a version too old must not
//! come before the one where it was found.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::libraries::Libraries;

/// A library, as one file wants it, and the directory where it was found.
#[derive(Debug)]
pub(super) struct Chosen {
    pub name: OsString,
    pub versions: Vec<OsString>,
    pub directory: PathBuf,
}

/// The directories of all these, each once, in the order of the libraries where nothing speaks against it. Where two directories
/// would each have to be first, nothing can be done.
pub(super) fn in_order(chosen: &[Chosen], machine: u16, libraries: &Libraries) -> Vec<PathBuf> {
    let mut order: Vec<PathBuf> = Vec::new();
    for it in chosen {
        if !order.contains(&it.directory) {
            order.push(it.directory.clone());
        }
    }
    // Each move puts one pair right; more moves than there are pairs would go in circles.
    for _ in 0..order.len() * order.len() {
        let Some((from, to)) = chosen
            .iter()
            .find_map(|it| wrong(it, &order, machine, libraries))
        else {
            break;
        };
        let directory = order.remove(from);
        order.insert(to, directory);
    }
    order
}

/// Where the directory of a library is, and the earlier one that has it without its versions, if there is one.
fn wrong(
    chosen: &Chosen,
    order: &[PathBuf],
    machine: u16,
    libraries: &Libraries,
) -> Option<(usize, usize)> {
    let from = order.iter().position(|it| *it == chosen.directory)?;
    let versions: Vec<&OsStr> = chosen.versions.iter().map(OsString::as_os_str).collect();
    let is_too_old =
        |directory: &Path| libraries.is_too_old(&chosen.name, machine, directory, &versions);
    let to = order[..from].iter().position(|it| is_too_old(it))?;
    Some((from, to))
}
