//! Perl's library: @INC is compiled in (perlrun(1), `-I`; perlvar(1)). The program gets its folders by `-I`, which children do not inherit;
//! other programs with Perl inside get them by PERL5LIB.

use std::path::{Path, PathBuf};

use super::super::folder::take;
use super::super::need::{Needs, in_bundle};
use super::{Given, compiled_in};
use crate::bundle::Setting;

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let is_perl = |name: &str| name.starts_with("perl") && !name.contains(".so");
    let programs: Vec<_> = given.seen.iter().filter(|it| is_perl(it.name())).collect();
    let holders = given
        .seen
        .named("libperl.so")
        .chain(programs.iter().copied());
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in holders.flat_map(compiled_in).filter(|it| is_library(it)) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    for folder in &folders {
        take(needs, folder, "Perl's library", &|it| !is_for_readers(it));
    }
    needs.served.extend(folders.iter().cloned());
    let folders: Vec<_> = folders.iter().map(|it| in_bundle(it)).collect();
    if folders.is_empty() {
        return;
    }
    if programs.is_empty() {
        return needs.prefix("PERL5LIB", folders.join(":"));
    }
    for program in programs {
        let flags = folders.iter().map(|it| Setting::AddFlag {
            value: format!("-I{it}"),
        });
        needs
            .program_settings
            .insert(program.path.clone(), flags.collect());
    }
}

/// Whether a folder is one of @INC, for that is what perl has paths of folders for; programs and documentation are elsewhere.
fn is_library(path: &Path) -> bool {
    let is_named = path
        .iter()
        .any(|it| it.to_string_lossy().starts_with("perl"));
    let not_library = ["bin", "man", "share/man"]
        .iter()
        .any(|it| path.ends_with(it));
    is_named && !not_library && path.is_dir()
}

/// Documentation; `perldiag.pod` alone is read by a module, `diagnostics`.
fn is_for_readers(path: &Path) -> bool {
    let is_pod = path.extension().is_some_and(|it| it == "pod");
    is_pod && !path.ends_with("perldiag.pod")
}
