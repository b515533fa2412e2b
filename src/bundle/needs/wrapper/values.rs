//! The values of a wrapper's settings, with paths of the system in them, as paths of the bundle.

use std::path::{Path, PathBuf};

use super::super::super::Setting;
use super::super::mentions::mentions;
use super::super::need::in_bundle;

/// What settings are in the bundle, and what they name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Taken {
    /// The settings.
    pub(in super::super) settings: Vec<Setting>,
    /// Files and folders of the store that go along.
    pub(in super::super) paths: Vec<PathBuf>,
    /// Folders whose libraries go along: those of LD_LIBRARY_PATH, which no bundle sets.
    pub(in super::super) library_folders: Vec<PathBuf>,
}

/// Lists that are not empty where they are not set: the XDG Base Directory Specification. A wrapper that puts a folder before one
/// of them would take the host's folders away where nothing sets it. NixOS sets them always.
const DEFAULTS: [(&str, &str); 2] = [
    ("XDG_DATA_DIRS", "/usr/local/share:/usr/share"),
    ("XDG_CONFIG_DIRS", "/etc/xdg"),
];

/// Turns paths of the store into paths of the bundle.
pub(in super::super) fn to_bundle(settings: &[Setting]) -> Taken {
    let mut taken = Taken::default();
    for setting in settings {
        let mut setting = setting.clone();
        if let Setting::Prefix { name, .. } | Setting::Suffix { name, .. } = &setting
            && let Some((name, value)) = DEFAULTS.iter().find(|it| it.0 == name)
        {
            let default = Setting::SetDefault {
                name: (*name).into(),
                value: (*value).into(),
            };
            if !taken.settings.contains(&default) {
                taken.settings.push(default);
            }
        }
        let (name, value) = match &mut setting {
            Setting::Set { name, value }
            | Setting::SetDefault { name, value }
            | Setting::Prefix { name, value, .. }
            | Setting::Suffix { name, value, .. } => (name.as_str(), value),
            Setting::AddFlag { value }
            | Setting::AppendFlag { value }
            | Setting::Argv0 { value } => ("", value),
            Setting::Unset { .. } | Setting::SetByHost { .. } => {
                taken.settings.push(setting);
                continue;
            }
        };
        let found = mentions(value.as_bytes());
        if name == "LD_LIBRARY_PATH" {
            taken
                .library_folders
                .extend(found.into_iter().map(|it| it.path));
            continue;
        }
        for mention in found.into_iter().rev() {
            value.replace_range(mention.at, &in_bundle(&mention.path));
            taken.paths.push(mention.path);
        }
        taken.settings.push(setting);
    }
    taken.paths.retain(|it| it != Path::new(""));
    taken.paths.sort();
    taken.paths.dedup();
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &str = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-hello";

    fn prefix(name: &str, value: &str) -> Setting {
        Setting::Prefix {
            name: name.into(),
            separator: ":".into(),
            value: value.into(),
        }
    }

    #[test]
    fn paths_of_the_store_become_paths_of_the_bundle() {
        let taken = to_bundle(&[prefix("PATH", &format!("{HELLO}/bin:/x:{HELLO}/sbin"))]);
        let hello = "@bundle@/store/0123456789abcdfghijklmnpqrsvwxyz-hello";
        let expected = prefix("PATH", &format!("{hello}/bin:/x:{hello}/sbin"));
        assert_eq!(taken.settings, [expected]);
        let paths = ["bin", "sbin"].map(|it| Path::new(HELLO).join(it));
        assert_eq!(taken.paths, paths);
    }

    #[test]
    fn lists_of_the_desktop_keep_the_hosts_folders() {
        let taken = to_bundle(&[
            prefix("XDG_DATA_DIRS", HELLO),
            prefix("XDG_DATA_DIRS", "/a"),
        ]);
        let default = Setting::SetDefault {
            name: "XDG_DATA_DIRS".into(),
            value: "/usr/local/share:/usr/share".into(),
        };
        assert_eq!(taken.settings.len(), 3);
        assert_eq!(taken.settings[0], default);
    }

    #[test]
    fn a_library_path_becomes_libraries() {
        let taken = to_bundle(&[prefix("LD_LIBRARY_PATH", &format!("{HELLO}/lib"))]);
        assert_eq!(taken.settings, []);
        assert_eq!(taken.library_folders, [Path::new(HELLO).join("lib")]);
    }
}
