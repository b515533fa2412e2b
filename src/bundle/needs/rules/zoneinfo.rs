//! Time zones: glibc looks in TZDIR for what TZ names, else in a built-in folder (tzset(3)), which for Nix's glibc is in its package. The
//! host's are used, for they are kept up to date. Where it has none there is UTC.

use super::super::folder::take_all;
use super::super::need::{Needs, in_bundle};
use super::super::seen::Seen;
use super::Given;

/// Where systems have them; NixOS has /etc/zoneinfo.
const OF_HOSTS: [&str; 2] = ["/usr/share/zoneinfo", "/etc/zoneinfo"];
const CALLS: [&str; 6] = [
    "localtime",
    "localtime_r",
    "mktime",
    "tzset",
    "strftime",
    "timelocal",
];

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let named = given.seen.iter().flat_map(of_package).next();
    let own = named.filter(|it| it.is_dir());
    if own.is_none() && given.seen.caller(&CALLS).is_none() {
        return;
    }
    let mut choices: Vec<String> = OF_HOSTS.iter().map(|it| (*it).into()).collect();
    if let Some(own) = own {
        take_all(needs, &own, "time zones, where the host has none");
        choices.push(in_bundle(&own));
        needs.served.push(own);
    }
    needs.set_to_first("TZDIR", choices);
}

/// Folders of time zones that a file names.
fn of_package(seen: &Seen) -> impl Iterator<Item = std::path::PathBuf> + '_ {
    let found = seen.mentions().iter().map(|it| it.path.clone());
    found.filter(|it| it.ends_with("share/zoneinfo"))
}
