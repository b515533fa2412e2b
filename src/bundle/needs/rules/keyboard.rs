//! Keyboards: libxkbcommon's rules and layouts, XKB_CONFIG_ROOT (its documentation, "Environment variables"), and libX11's tables
//! of locales and dead keys, XLOCALEDIR (XSetLocale(3), Compose(5)). The host's are used where it has them.

use super::super::folder::take_all;
use super::super::need::{Needs, in_bundle};
use super::Given;

/// A library, the variable that it asks for, where hosts have the folder, and what the package's ends in.
const FOLDERS: [(&str, &str, &str, &str); 2] = [
    (
        "libxkbcommon.so",
        "XKB_CONFIG_ROOT",
        "/usr/share/X11/xkb",
        "X11/xkb",
    ),
    (
        "libX11.so",
        "XLOCALEDIR",
        "/usr/share/X11/locale",
        "X11/locale",
    ),
];

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    for (library, variable, of_host, end) in FOLDERS {
        let Some(library) = given.seen.named(library).next() else {
            continue;
        };
        let named = library.mentions().iter().map(|it| it.path.clone());
        let own = named.filter(|it| it.ends_with(end)).find(|it| it.is_dir());
        let Some(own) = own else { continue };
        take_all(needs, &own, "keyboards, where the host has none");
        needs.set_to_first(variable, [of_host.to_owned(), in_bundle(&own)]);
        needs.served.push(own);
    }
}
