//! Qt's plugins, without which it has no window system: QT_PLUGIN_PATH comes before the built-in folder (Qt's documentation, "How
//! to Create Qt Plugins"). Qt refuses plugins of another version, so children with another Qt pass over them.

use super::super::folder::entries;
use super::super::folder::take_all;
use super::super::need::{Needs, in_bundle};
use super::super::seen::beside;
use super::Given;

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    for core in ["libQt5Core.so", "libQt6Core.so"] {
        let Some(library) = given.seen.named(core).next() else {
            continue;
        };
        let major = &core[5..6];
        // nixpkgs has lib/qt-6 and lib/qt-5.15.2, Debian qt6 and qt5.
        let starts = [format!("qt-{major}"), format!("qt{major}")];
        let folders = entries(library.folder()).into_iter().filter(|it| {
            let name = it.file_name().unwrap_or_default().to_string_lossy();
            starts.iter().any(|start| name.starts_with(start))
        });
        for folder in folders
            .map(|it| it.join("plugins"))
            .filter(|it| it.is_dir())
        {
            take_all(needs, &folder, "plugins of Qt");
            needs.prefix("QT_PLUGIN_PATH", in_bundle(&folder));
            needs.served.push(folder);
        }
        if let Some(folder) = beside(library, &["plugins"]) {
            take_all(needs, &folder, "plugins of Qt");
            needs.prefix("QT_PLUGIN_PATH", in_bundle(&folder));
        }
    }
}
