//! What everybody needs who uses a library or a language. Each rule says where it knows that from.

mod alsa;
mod certificates;
mod desktop;
mod fontconfig;
mod gconv;
mod gdk_pixbuf;
mod gio;
mod git;
mod graphics;
mod guile;
mod keyboard;
mod locale;
mod magic;
mod nss;
mod openssl;
mod own_package;
mod perl;
mod python;
mod qt;
mod ruby;
mod tcl;
mod terminfo;
mod zoneinfo;

use std::path::{Path, PathBuf};

use super::command::{Command, Kind};
use super::need::Needs;
use super::seen::{AllSeen, Seen};
use crate::nix::store_path_of;

/// What rules look at.
struct Given<'a> {
    /// All programs and libraries.
    seen: &'a AllSeen,
    /// The programs that were asked for.
    programs: Vec<&'a Path>,
}

type Rule = fn(&Given<'_>, &mut Needs);

const RULES: [Rule; 23] = [
    alsa::apply,
    certificates::apply,
    desktop::apply,
    fontconfig::apply,
    gconv::apply,
    gdk_pixbuf::apply,
    gio::apply,
    git::apply,
    graphics::apply,
    guile::apply,
    keyboard::apply,
    locale::apply,
    magic::apply,
    nss::apply,
    openssl::apply,
    own_package::apply,
    perl::apply,
    python::apply,
    qt::apply,
    ruby::apply,
    tcl::apply,
    terminfo::apply,
    zoneinfo::apply,
];

/// Adds what the rules say.
pub(super) fn apply(seen: &AllSeen, commands: &[Command], needs: &mut Needs) {
    let programs = commands.iter().filter(|it| it.kind == Kind::Program);
    let given = Given {
        seen,
        programs: programs.map(|it| &*it.file).collect(),
    };
    for rule in RULES {
        rule(&given, needs);
    }
}

/// What a file was installed with: its store path; else the folder above `bin` or `lib`, if that is nobody else's too.
fn package(path: &Path) -> Option<PathBuf> {
    if let Some(package) = store_path_of(path) {
        return Some(package);
    }
    let is_kind =
        |it: &&Path| it.ends_with("bin") || it.ends_with("lib") || it.ends_with("libexec");
    let prefix = path.ancestors().skip(1).find(is_kind)?.parent()?;
    let shared = ["/", "/usr", "/usr/local"].map(Path::new);
    (!shared.contains(&prefix)).then(|| prefix.to_owned())
}

/// The absolute paths that are texts of their own in a file, and are there. In a store path that was made of another
/// distribution's package, what is said to be in `/usr` is in the store path.
fn compiled_in(seen: &Seen) -> Vec<PathBuf> {
    const LONGEST: usize = 300;
    let package = store_path_of(&seen.path);
    let texts = seen.bytes().split(|it| *it == 0);
    let texts = texts.filter(|it| it.starts_with(b"/") && it.len() < LONGEST);
    let paths = texts
        .filter_map(|it| std::str::from_utf8(it).ok())
        .map(PathBuf::from);
    let here = paths.filter_map(|it| match &package {
        None => Some(it),
        Some(_) if store_path_of(&it).is_some() => Some(it),
        Some(package) => it.strip_prefix("/usr").ok().map(|it| package.join(it)),
    });
    here.filter(|it| it.exists()).collect()
}

#[cfg(test)]
mod tests;
