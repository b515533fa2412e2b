//! Descriptions of terminals: terminfo(5), "Fetching Compiled Descriptions". TERMINFO_DIRS lists folders that come after the user's
//! own; the host's stand there before those of the bundle, since it knows its terminals.

use std::path::Path;

use super::super::folder::take;
use super::super::need::{Needs, in_bundle};
use super::super::seen::beside;
use super::Given;

/// Where other systems have theirs: Debian, Fedora, NixOS.
const OF_HOSTS: [&str; 4] = [
    "/etc/terminfo",
    "/lib/terminfo",
    "/usr/share/terminfo",
    "/run/current-system/sw/share/terminfo",
];

/// How the names of terminals begin that people sit before: as Debian's package ncurses-base has them, and newer ones. The whole
/// database is thousands of files.
const TERMINALS: [&str; 22] = [
    "Eterm",
    "alacritty",
    "ansi",
    "cons25",
    "cygwin",
    "dumb",
    "foot",
    "ghostty",
    "hurd",
    "kitty",
    "konsole",
    "linux",
    "mach",
    "pcansi",
    "putty",
    "rxvt",
    "screen",
    "st-",
    "tmux",
    "vt",
    "wezterm",
    "xterm",
];

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let starts = ["libtinfo", "libncurses"];
    let found = starts.iter().find_map(|it| given.seen.named(it).next());
    let Some(library) = found else { return };
    let places = [
        "../share/terminfo",
        "terminfo",
        "../terminfo",
        "../../share/terminfo",
    ];
    let own = beside(library, &places);
    let mut folders: Vec<String> = OF_HOSTS.iter().map(|it| (*it).into()).collect();
    if let Some(own) = own {
        let is_wanted = |it: &Path| {
            let name = it.file_name().unwrap_or_default().to_string_lossy();
            it.is_dir() || TERMINALS.iter().any(|start| name.starts_with(start))
        };
        take(
            needs,
            &own,
            "terminals, where the host has none",
            &is_wanted,
        );
        folders.push(in_bundle(&own));
        needs.served.push(own);
    }
    needs.set_default("TERMINFO_DIRS", folders.join(":"));
}
