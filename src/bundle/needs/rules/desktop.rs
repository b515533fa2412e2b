//! What programs with windows look for in the folders of XDG_DATA_DIRS (XDG Base Directory Specification): schemas of settings
//! (GSettings: `glib-2.0/schemas/gschemas.compiled`, without which GTK's programs end), icons, kinds of files. nixpkgs puts
//! schemas into a folder of the package's name (its manual, "GNOME").

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::folder::{entries, take_all};
use super::super::need::{Needs, in_bundle};
use super::{Given, package};

/// Toolkits, by the start of their libraries' names.
const TOOLKITS: [&str; 5] = [
    "libgtk-",
    "libQt5Gui",
    "libQt6Gui",
    "libgio-2.0.so",
    "libadwaita-",
];
/// What they look for in such a folder.
const DATA: [&str; 4] = [
    "glib-2.0/schemas/gschemas.compiled",
    "icons",
    "mime",
    "pixmaps",
];

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let toolkits: Vec<_> = TOOLKITS
        .iter()
        .flat_map(|it| given.seen.named(it))
        .collect();
    if toolkits.is_empty() {
        return;
    }
    let of_toolkits = toolkits.iter().map(|it| &*it.path);
    let paths = given.programs.iter().copied().chain(of_toolkits);
    let packages: BTreeSet<_> = paths.filter_map(package).collect();
    for folder in packages.iter().flat_map(|it| data_folders(it)) {
        let mut is_any = false;
        for data in DATA
            .map(|it| folder.join(it))
            .iter()
            .filter(|it| it.exists())
        {
            take_all(needs, data, "data of windows");
            is_any = true;
        }
        if is_any {
            needs.set_default("XDG_DATA_DIRS", "/usr/local/share:/usr/share".into());
            needs.prefix("XDG_DATA_DIRS", in_bundle(&folder));
            needs.served.push(folder);
        }
    }
}

fn data_folders(package: &Path) -> Vec<PathBuf> {
    let share = package.join("share");
    let mut folders = entries(&share.join("gsettings-schemas"));
    folders.push(share);
    folders
}
