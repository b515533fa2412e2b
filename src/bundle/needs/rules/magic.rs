//! What files are: libmagic's database, which MAGIC names (libmagic(3)). It is of the library's version.

use super::super::folder::take_all;
use super::super::need::{Needs, in_bundle};
use super::super::seen::beside;
use super::Given;

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let Some(library) = given.seen.named("libmagic.so").next() else {
        return;
    };
    let places = [
        "../share/misc/magic.mgc",
        "file/magic.mgc",
        "../file/magic.mgc",
        "../../share/misc/magic.mgc",
    ];
    if let Some(file) = beside(library, &places) {
        take_all(needs, &file, "kinds of files");
        needs.set_default("MAGIC", in_bundle(&file));
        needs.served.extend(file.parent().map(ToOwned::to_owned));
    }
}
