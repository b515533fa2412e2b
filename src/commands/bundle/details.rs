//! What `-v` says: how each program is started, and where its libraries come from.

use crate::bundle::{Contents, Make, Start};
use crate::printable::{self, Shown as _};
use crate::terminal::note;

pub(super) fn say(contents: &Contents) {
    for program in &contents.programs {
        let name = program.name.shown();
        let how = match contents.start_of(&program.place) {
            Start::Inside => "the kernel starts it, and the entry is in it",
            Start::Launcher => "a launcher starts it, for it has no room for the entry",
            Start::Static => "the kernel starts it, and it needs no loader",
            Start::Script => "it is a script, and its interpreter is in the bundle",
        };
        note(&format!("{name}: {how}"));
    }
    for (place, item) in &contents.items {
        let source = item
            .source
            .as_ref()
            .map(|it| it.to_string_lossy().into_owned());
        if let (Make::Library { .. } | Make::Loader { .. }, Some(source)) = (&item.make, source) {
            let place = place.to_string_lossy();
            let said = format!("{place}: {source}, {}", item.why);
            note(&printable::line(&said));
        }
    }
}
