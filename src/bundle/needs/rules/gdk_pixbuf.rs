//! Kinds of images: gdk-pixbuf loads a module for each that a list names, which GDK_PIXBUF_MODULE_FILE says (its reference,
//! "Environment variables"). The list of the bundle has paths that hold wherever it is.

use super::super::folder::{entries, take_all};
use super::super::need::{Needs, in_bundle};
use super::super::seen::beside;
use super::Given;

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let Some(library) = given.seen.named("libgdk_pixbuf-2.0.so").next() else {
        return;
    };
    let Some(folder) = beside(library, &["gdk-pixbuf-2.0"]) else {
        return;
    };
    needs.served.push(folder.clone());
    for version in entries(&folder) {
        let list = version.join("loaders.cache");
        if list.is_file() {
            take_all(needs, &version, "kinds of images");
            needs.set_default("GDK_PIXBUF_MODULE_FILE", in_bundle(&list));
        }
    }
}
