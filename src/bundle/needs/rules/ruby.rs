//! Ruby's library: RUBYLIB comes before the built-in folders (ruby(1)). `ruby/X.Y.0` beside libruby has it, and a folder in it for the
//! architecture, which has `rbconfig.rb`.

use super::super::folder::{entries, take_all};
use super::super::need::{Needs, in_bundle};
use super::super::seen::beside;
use super::Given;

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let Some(library) = given.seen.named("libruby").next() else {
        return;
    };
    let Some(all) = beside(library, &["ruby", "../ruby"]) else {
        return;
    };
    for folder in entries(&all)
        .into_iter()
        .filter(|it| it.join("set.rb").is_file())
    {
        take_all(needs, &folder, "Ruby's library");
        let of_machine = entries(&folder)
            .into_iter()
            .filter(|it| it.join("rbconfig.rb").is_file());
        let folders = std::iter::once(folder.clone()).chain(of_machine);
        let folders: Vec<_> = folders.map(|it| in_bundle(&it)).collect();
        needs.prefix("RUBYLIB", folders.join(":"));
    }
    needs.served.push(all);
}
