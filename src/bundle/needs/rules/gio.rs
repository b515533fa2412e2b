//! GIO's modules, such as those for TLS: GIO_MODULE_DIR (GIO's reference, "Running GIO applications") replaces the built-in folder. It is
//! always set: the host's modules are for the host's GLib.

use super::super::folder::take_all;
use super::super::need::{Needs, in_bundle};
use super::Given;

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let Some(library) = given.seen.named("libgio-2.0.so").next() else {
        return;
    };
    let folder = library.folder().join("gio/modules");
    if folder.is_dir() {
        take_all(needs, &folder, "modules of GIO");
    }
    needs.set_default("GIO_MODULE_DIR", in_bundle(&folder));
    needs.served.push(folder);
}
