//! Python's standard library. Python looks for `lib/pythonX.Y/os.py` in the folders above its program, links followed (`Modules/getpath.py`),
//! so it finds that of the bundle. A program with Python inside is told by PYTHONHOME.

use std::path::{Path, PathBuf};

use super::super::folder::take;
use super::super::need::{Needs, in_bundle};
use super::super::seen::Seen;
use super::Given;
use crate::bundle::Setting;

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let programs = given
        .seen
        .iter()
        .filter(|it| version(it.name(), "python", "").is_some());
    let programs: Vec<_> = programs.collect();
    let libraries = given.seen.named("libpython").filter_map(|it| {
        let version = version(it.name(), "libpython", ".so")?;
        Some(it.folder().join(format!("python{version}")))
    });
    let of_programs = programs.iter().filter_map(|it| {
        let version = version(it.name(), "python", "")?;
        Some(it.folder().parent()?.join(format!("lib/python{version}")))
    });
    let mut found: Vec<PathBuf> = libraries.chain(of_programs).collect();
    found.retain(|it| it.join("os.py").is_file());
    found.sort();
    found.dedup();
    for library in &found {
        take(needs, library, "Python's standard library", &is_wanted);
        needs.served.push(library.clone());
    }
    let home = found.first().and_then(|it| it.parent()?.parent());
    let Some(home) = home.filter(|_| programs.is_empty()) else {
        return;
    };
    for program in inside(given) {
        let setting = Setting::SetDefault {
            name: "PYTHONHOME".into(),
            value: in_bundle(home),
        };
        needs
            .program_settings
            .entry(program.path.clone())
            .or_default()
            .push(setting);
    }
}

/// The programs that were asked for, as objects.
fn inside<'a>(given: &'a Given<'_>) -> impl Iterator<Item = &'a Seen> {
    given
        .seen
        .iter()
        .filter(|it| given.programs.contains(&&*it.path))
}

/// The version in a file's name between these texts: "3.11".
fn version<'t>(name: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let rest = name.strip_prefix(start)?;
    let version = match end.is_empty() {
        true => rest,
        false => &rest[..rest.find(end)?],
    };
    let (major, minor) = version.split_once('.')?;
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    (is_number(major) && is_number(minor)).then_some(version)
}

/// All but tests, what compilers and readers want, and compiled files of other levels of optimisation. Compiled files of the usual one
/// go along: a bundle may be where nobody can write.
fn is_wanted(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_of_packages = path
        .iter()
        .any(|it| it == "site-packages" || it == "dist-packages");
    let is_test = ["test", "tests", "idle_test"].contains(&&*name);
    let is_other_level = name.ends_with(".opt-1.pyc") || name.ends_with(".opt-2.pyc");
    let is_of_compilers = name.starts_with("config-") || name.ends_with(".a");
    !(is_other_level || is_of_compilers || is_test && !is_of_packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_interpreters() {
        assert_eq!(version("python3.11", "python", ""), Some("3.11"));
        assert_eq!(
            version("libpython3.11.so.1.0", "libpython", ".so"),
            Some("3.11")
        );
        for name in ["python3", "python3.11-config", "python", "pythonx.y"] {
            assert_eq!(version(name, "python", ""), None, "{name}");
        }
    }

    #[test]
    fn tests_stay_and_modules_that_are_called_so_do_not() {
        let wanted = |it: &str| is_wanted(&Path::new("/p/lib/python3.11").join(it));
        for path in [
            "test",
            "unittest/test",
            "config-3.11-x86_64-linux-gnu",
            "__pycache__/os.cpython-311.opt-2.pyc",
        ] {
            assert!(!wanted(path), "{path}");
        }
        for path in [
            "os.py",
            "unittest",
            "site-packages/django/test",
            "__pycache__/os.cpython-311.pyc",
        ] {
            assert!(wanted(path), "{path}");
        }
    }
}
