//! The tables: real programs, modules of Python and addons of Node.js, each with a piece of work.

use crate::work::Work;

mod addons;
mod modules;
mod programs;

/// The tables, each with what its rows are about.
const ALL: &[(&str, &[Work])] = &[
    ("addons", addons::code::ALL),
    ("addons", addons::machine::ALL),
    ("modules", modules::machine::ALL),
    ("modules", modules::pictures::ALL),
    ("modules", modules::science::ALL),
    ("modules", modules::services::ALL),
    ("modules", modules::text::ALL),
    ("programs", programs::with_loader::ALL),
    ("programs", programs::with_loader_large::ALL),
    ("programs", programs::without_loader::ALL),
];

/// All rows.
pub fn all() -> impl Iterator<Item = (&'static str, &'static Work)> {
    let rows = ALL.iter();
    rows.flat_map(|(about, works)| works.iter().map(move |work| (*about, work)))
}
