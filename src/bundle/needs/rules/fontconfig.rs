//! Fonts: the host's, by its configuration. Where it has none, that of fontconfig with the fonts that it names: in the package
//! that the library names, or in its own (fonts-conf(5): FONTCONFIG_FILE, FONTCONFIG_PATH).

use super::super::folder::take_all;
use super::super::need::{Needs, in_bundle};
use super::{Given, package};

const OF_HOSTS: &str = "/etc/fonts/fonts.conf";

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let Some(library) = given.seen.named("libfontconfig.so").next() else {
        return;
    };
    let named = library.mentions().iter().map(|it| it.path.clone());
    let own = named
        .filter(|it| it.ends_with("etc/fonts"))
        .chain(package(&library.path).map(|it| it.join("etc/fonts")))
        .find(|it| it.is_dir());
    let mut files = vec![OF_HOSTS.to_owned()];
    let mut folders = vec!["/etc/fonts".to_owned()];
    if let Some(own) = own {
        take_all(needs, &own, "fonts, where the host has none");
        files.push(in_bundle(&own.join("fonts.conf")));
        folders.push(in_bundle(&own));
        needs.served.push(own);
    }
    needs.set_to_first("FONTCONFIG_FILE", files);
    needs.set_to_first("FONTCONFIG_PATH", folders);
}
