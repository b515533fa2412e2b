//! The rules of the search, one by one, on small libraries made for it.

use libtest_mimic::Trial;

/// Functions, each with its name.
macro_rules! named_trials {
    ($($name:ident),* $(,)?) => {
        vec![$(Trial::test(concat!("rules::", stringify!($name)), || {
            $name();
            Ok(())
        })),*]
    };
}
mod files;
mod order;
mod search_paths;

pub fn trials() -> Vec<Trial> {
    let all = [search_paths::all(), files::all(), order::all()];
    all.into_iter().flatten().collect()
}
