//! Locales. glibc looks for them in an archive and then in folders (`locale/findlocale.c`, `locale/loadarchive.c`), both at paths that are
//! built in; LOCPATH replaces both (locale(7)). Nix's glibc has paths of its own package there, and LOCALE_ARCHIVE
//! (nixpkgs' `pkgs/development/libraries/glibc/nix-locale-archive.patch`).
//!
//! The host's locales are used, since they are those that its user has chosen. Where there are none, C.UTF-8 is there all the same.

use super::super::folder::take_all;
use super::super::need::{Needs, Rewrite, in_bundle};
use super::super::seen::beside;
use super::Given;
use crate::bundle::{Choice, Setting};

/// Where other systems have their locales.
const FOLDER: &str = "/usr/lib/locale";
const ARCHIVE: &str = "/usr/lib/locale/locale-archive";

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let Some(glibc) = given.seen.glibc() else {
        return;
    };
    for mention in glibc.mentions() {
        let host = match () {
            () if mention.path.ends_with("lib/locale") => FOLDER,
            () if mention.path.ends_with("lib/locale/locale-archive") => ARCHIVE,
            () => continue,
        };
        needs.served.push(mention.path.clone());
        // glibc takes the folder with its length, so it keeps that.
        let new = format!("{host:/>width$}", width = mention.at.len());
        needs.rewrites.push(Rewrite {
            file: glibc.path.clone(),
            offset: mention.at.start,
            old: glibc.bytes()[mention.at.clone()].to_vec(),
            new: new.into_bytes(),
        });
    }
    if given.seen.caller(&["setlocale", "newlocale"]).is_none() {
        return;
    }
    let places = ["locale/C.utf8", "../locale/C.utf8", "locale/C.UTF-8"];
    let Some(own) = beside(glibc, &places) else {
        return;
    };
    take_all(needs, &own, "the locale C.UTF-8, where the host has none");
    let left = |there: String| Choice { there, value: None };
    let folder = own.parent().map(in_bundle);
    needs.set(Setting::SetByHost {
        name: "LOCPATH".into(),
        choices: vec![
            left(format!("{FOLDER}/C.utf8")),
            left(format!("{FOLDER}/C.UTF-8")),
            left(ARCHIVE.into()),
            Choice {
                there: in_bundle(&own),
                value: folder,
            },
        ],
    });
}
