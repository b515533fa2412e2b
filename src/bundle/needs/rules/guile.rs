//! Guile's modules, as texts and compiled: GUILE_LOAD_PATH and GUILE_LOAD_COMPILED_PATH (its manual, "Environment Variables").

use super::super::folder::take_all;
use super::super::need::{Needs, in_bundle};
use super::super::seen::beside;
use super::Given;

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let Some(library) = given.seen.named("libguile-").next() else {
        return;
    };
    let name = library.name().trim_start_matches("libguile-");
    let version = name.split(".so").next().unwrap_or_default().to_owned();
    let places = [
        (
            "GUILE_LOAD_PATH",
            [
                format!("../share/guile/{version}"),
                format!("../../share/guile/{version}"),
            ],
        ),
        (
            "GUILE_LOAD_COMPILED_PATH",
            [
                format!("guile/{version}/ccache"),
                format!("../guile/{version}/ccache"),
            ],
        ),
    ];
    for (variable, places) in places {
        if let Some(folder) = beside(library, &[&places[0], &places[1]]) {
            take_all(needs, &folder, "Guile's modules");
            needs.prefix(variable, in_bundle(&folder));
            needs.served.push(folder);
        }
    }
}
