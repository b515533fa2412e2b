//! Tcl's and Tk's libraries: TCL_LIBRARY (tclvars(n)) and TK_LIBRARY (tkvars(n)).

use super::super::folder::take_all;
use super::super::need::{Needs, in_bundle};
use super::super::seen::beside;
use super::Given;

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    for (start, variable) in [("libtcl", "TCL_LIBRARY"), ("libtk", "TK_LIBRARY")] {
        let Some(library) = given.seen.named(start).find(|it| it.name().contains(".so")) else {
            continue;
        };
        // libtcl8.6.so.0 -> tcl8.6
        let name = library.name();
        let name = &name[3..name.find(".so").unwrap_or(name.len())];
        let places = [
            name.to_owned(),
            format!("../share/tcltk/{name}"),
            format!("../../share/tcltk/{name}"),
        ];
        let places: Vec<_> = places.iter().map(String::as_str).collect();
        if let Some(folder) = beside(library, &places) {
            take_all(needs, &folder, "Tcl's library");
            needs.set_default(variable, in_bundle(&folder));
            needs.served.push(folder);
        }
    }
}
