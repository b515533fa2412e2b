//! Where each library was looked for, as `LD_DEBUG=libs` has a loader tell it: for people who want to know why it is this file, or
//! none.

use std::fmt::Write as _;
use std::path::Path;

use super::branches::name_of;
use crate::printable::{self, Shown as _};
use crate::resolver::{Found, Look, Resolution};
use crate::style::{BAD, GOOD, NAME, NAME_WIDTH, QUIET};

/// The looks that were noted, each library's in their order; nothing if none was.
pub(super) fn write(text: &mut String, resolution: &Resolution, program: &Path) {
    let is_noted = |number: &&usize| !resolution.objects[**number].looks.is_empty();
    let mut noted = resolution.order.iter().filter(is_noted).peekable();
    if noted.peek().is_none() {
        return;
    }
    text.push_str("\nwhere each library was looked for\n");
    for &number in noted {
        let object = &resolution.objects[number];
        let by = object.requested_by.unwrap_or_default();
        let name = printable::line(&object.names[0].to_string_lossy());
        let by_name = printable::line(&name_of(resolution, by, program));
        let missing = match object.is_missing() {
            true => format!(": {BAD}not found{BAD:#}"),
            false => String::new(),
        };
        _ = writeln!(
            text,
            "  {NAME}{name}{NAME:#} {QUIET}needed by {by_name}{QUIET:#}{missing}"
        );
        for look in &object.looks {
            let via = via(resolution, &look.via, by, program);
            let style = match look.result {
                Look::TAKEN => GOOD,
                _ => QUIET,
            };
            let path = look.path.as_ref();
            let path = path.map_or(String::new(), |it| format!("{}: ", it.shown()));
            let line = printable::line(&format!("{via:NAME_WIDTH$} {path}"));
            _ = writeln!(text, "    {line}{style}{}{style:#}", look.result);
        }
    }
}

/// Why it was looked there.
fn via(resolution: &Resolution, via: &Found, by: usize, program: &Path) -> String {
    match via {
        Found::Rpath(of) => format!("RPATH of {}", name_of(resolution, *of, program)),
        Found::Runpath => format!("RUNPATH of {}", name_of(resolution, by, program)),
        Found::LibraryPath => "LD_LIBRARY_PATH".to_owned(),
        Found::Cache => "cache".to_owned(),
        Found::SystemDirectory => "the loader's own directory".to_owned(),
        Found::ByPath => "named by path".to_owned(),
        Found::Program | Found::Loader | Found::Nowhere(_) => String::new(),
    }
}
