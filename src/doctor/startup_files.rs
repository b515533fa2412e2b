//! Which files set a variable for every session.

use std::fs;
use std::path::{Path, PathBuf};

/// Files of the system that shells, PAM and systemd read.
const OF_SYSTEM: [&str; 8] = [
    "/etc/set-environment",
    "/etc/environment",
    "/etc/profile",
    "/etc/profile.local",
    "/etc/bashrc",
    "/etc/zshenv",
    "/etc/pam/environment",
    "/etc/security/pam_env.conf",
];
/// Folders of the system with such files.
const FOLDERS_OF_SYSTEM: [&str; 2] = ["/etc/profile.d", "/etc/environment.d"];
/// Files of a user, below the home directory.
const OF_USER: [&str; 9] = [
    ".profile",
    ".bash_profile",
    ".bash_login",
    ".bashrc",
    ".zshenv",
    ".zprofile",
    ".zshrc",
    ".pam_environment",
    ".config/fish/config.fish",
];
/// Folders of a user with such files.
const FOLDERS_OF_USER: [&str; 2] = [".config/environment.d", ".config/fish/conf.d"];

/// Each place that sets the variable: file and line, counted from 1.
pub(super) fn that_set(variable: &str, home: Option<&Path>) -> Vec<(PathBuf, usize)> {
    let mut files: Vec<PathBuf> = OF_SYSTEM.map(PathBuf::from).into();
    let mut folders: Vec<PathBuf> = FOLDERS_OF_SYSTEM.map(PathBuf::from).into();
    if let Some(home) = home {
        files.extend(OF_USER.map(|it| home.join(it)));
        folders.extend(FOLDERS_OF_USER.map(|it| home.join(it)));
    }
    for folder in folders {
        let Ok(entries) = fs::read_dir(folder) else {
            continue;
        };
        let mut entries: Vec<_> = entries.flatten().map(|it| it.path()).collect();
        entries.sort();
        files.extend(entries);
    }
    let mut places = Vec::new();
    for file in files {
        let Ok(text) = fs::read(&file) else { continue };
        let text = String::from_utf8_lossy(&text);
        let lines = text
            .lines()
            .zip(1..)
            .filter(|(line, _)| sets(line, variable));
        places.extend(lines.map(|(_, number)| (file.clone(), number)));
    }
    places
}

/// Whether a line of a shell, of systemd's environment.d or of PAM sets the variable, as far as one sees by its
/// beginning.
fn sets(line: &str, variable: &str) -> bool {
    let mut words = line.split_whitespace();
    let Some(mut word) = words.next() else {
        return false;
    };
    let is_fish = word == "set";
    if ["export", "declare", "typeset", "set", "setenv"].contains(&word) {
        let next = words.find(|it| !it.starts_with('-'));
        let Some(next) = next else { return false };
        if is_fish || line.trim_start().starts_with("setenv") {
            return next == variable;
        }
        word = next;
    }
    match word.strip_prefix(variable) {
        Some("") => words.any(|it| it.starts_with("DEFAULT=") || it.starts_with("OVERRIDE=")),
        Some(rest) => rest.starts_with('=') || rest.starts_with("+="),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_set_a_variable_are_known() {
        for line in [
            "X=/a",
            "export X=\"/a:$X\"",
            "  export X=/a # why",
            "declare -x X=/a",
            "set -gx X /a",
            "setenv X /a",
            "X DEFAULT=\"/a\"",
            "X+=:/a",
        ] {
            assert!(sets(line, "X"), "{line}");
        }
        for line in [
            "# X=/a",
            "XY=/a",
            "export Y=$X",
            "unset X",
            "export X",
            "echo X=/a",
            "",
            "set -gx Y X",
            "[ -n \"$X\" ]",
        ] {
            assert!(!sets(line, "X"), "{line}");
        }
    }
}
