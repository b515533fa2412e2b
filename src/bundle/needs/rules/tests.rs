//! Rules, by packages of which only names and texts are there: what they look at.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::bundle::Setting;
use crate::bundle::needs::need::in_bundle;

/// The store path of Nix's glibc, as its files name it.
const GLIBC: &str = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-glibc-2.40";

struct Package {
    _folder: TempDir,
    root: PathBuf,
}

impl Package {
    /// Files with these texts, each between zero bytes.
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let bytes = match text.starts_with("#!") {
                true => (*text).to_owned(),
                false => format!("\0{}\0", text.replace(' ', "\0")),
            };
            fs::write(path, bytes).unwrap();
        }
        Self {
            _folder: folder,
            root,
        }
    }

    /// What is needed where these of the files are programs and libraries; the first one was asked for.
    fn needs(&self, objects: &[&str]) -> Needs {
        let objects: Vec<_> = objects.iter().map(|it| self.root.join(it)).collect();
        let mut needs = Needs::default();
        let mut seen = AllSeen::default();
        seen.open(&objects);
        let given = Given {
            seen: &seen,
            programs: objects.iter().take(1).map(PathBuf::as_path).collect(),
        };
        for rule in RULES {
            rule(&given, &mut needs);
        }
        needs
    }

    fn taken(&self, needs: &Needs) -> Vec<String> {
        let own = needs
            .files
            .keys()
            .filter_map(|it| it.strip_prefix(&self.root).ok());
        own.map(|it| it.display().to_string()).collect()
    }

    fn in_bundle(&self, below: &str) -> String {
        in_bundle(&self.root.join(below))
    }
}

/// The value that a variable gets as a default or in front.
fn value(needs: &Needs, variable: &str) -> Option<String> {
    needs.settings.iter().find_map(|it| match it {
        Setting::SetDefault { name, value } | Setting::Prefix { name, value, .. }
            if name == variable =>
        {
            Some(value.clone())
        }
        _ => None,
    })
}

#[test]
fn the_glibc_of_nix_looks_where_all_systems_have_their_locales() {
    let texts = format!("x {GLIBC}/lib/locale {GLIBC}/lib/locale/locale-archive {GLIBC}/lib/gconv");
    let package = Package::new(&[("bin/a", "setlocale"), ("lib/libc.so.6", &texts)]);
    let needs = package.needs(&["bin/a", "lib/libc.so.6"]);
    let bytes = fs::read(package.root.join("lib/libc.so.6")).unwrap();
    let news = needs.rewrites.iter().map(|it| {
        assert_eq!(bytes[it.offset..][..it.old.len()], it.old);
        assert_eq!(it.old.len(), it.new.len());
        String::from_utf8(it.new.clone()).unwrap()
    });
    let news: Vec<_> = news
        .map(|it| it.trim_start_matches('/').to_owned())
        .collect();
    assert_eq!(news, ["usr/lib/locale", "usr/lib/locale/locale-archive"]);
}

#[test]
fn fonts_are_those_that_the_package_of_fontconfig_names() {
    let package = Package::new(&[
        ("bin/a", "x"),
        ("lib/libfontconfig.so.1", "x"),
        ("etc/fonts/fonts.conf", "x"),
    ]);
    let configuration = "etc/fonts/fonts.conf";
    let needs = package.needs(&["bin/a", "lib/libfontconfig.so.1"]);
    assert_eq!(package.taken(&needs), [configuration]);
    let choices = needs.settings.iter().find_map(|it| match it {
        Setting::SetByHost { name, choices } if name == "FONTCONFIG_FILE" => Some(choices),
        _ => None,
    });
    let files = choices.unwrap().iter().map(|it| it.there.clone());
    let host = "/etc/fonts/fonts.conf".to_owned();
    assert_eq!(
        files.collect::<Vec<_>>(),
        [host, package.in_bundle(configuration)]
    );
    assert!(package.taken(&package.needs(&["bin/a"])).is_empty());
}

#[test]
fn character_sets_are_for_callers() {
    let files = [
        ("bin/a", "x"),
        ("bin/b", "iconv_open"),
        ("lib/libidn2.so.0", "iconv_open"),
        ("lib/libc.so.6", "iconv_open"),
        ("lib/gconv/ISO8859-1.so", "x"),
    ];
    let package = Package::new(&files);
    let of = |program| package.needs(&[program, "lib/libc.so.6", "lib/libidn2.so.0"]);
    assert_eq!(value(&of("bin/a"), "GCONV_PATH"), None);
    let needs = of("bin/b");
    assert_eq!(
        value(&needs, "GCONV_PATH"),
        Some(package.in_bundle("lib/gconv"))
    );
    assert_eq!(package.taken(&needs), ["lib/gconv/ISO8859-1.so"]);
}

#[test]
fn only_terminals_that_people_sit_before_go_along() {
    let files = [
        ("bin/a", "x"),
        ("lib/libtinfo.so.6.4", "x"),
        ("share/terminfo/x/xterm-256color", "x"),
        ("share/terminfo/a/aaa-rv", "x"),
    ];
    let package = Package::new(&files);
    let needs = package.needs(&["bin/a", "lib/libtinfo.so.6.4"]);
    assert_eq!(package.taken(&needs), ["share/terminfo/x/xterm-256color"]);
    let folders = value(&needs, "TERMINFO_DIRS").unwrap();
    assert!(folders.starts_with("/etc/terminfo:"), "{folders}");
    assert!(
        folders.ends_with(&package.in_bundle("share/terminfo")),
        "{folders}"
    );
    assert_eq!(value(&package.needs(&["bin/a"]), "TERMINFO_DIRS"), None);
}

#[test]
fn git_has_its_commands_but_those_of_other_languages() {
    let files = [
        ("bin/git", "GIT_EXEC_PATH"),
        ("libexec/git-core/git-remote-http", "x"),
        ("libexec/git-core/git-submodule", "#!/bin/sh\n"),
        ("libexec/git-core/git-send-email", "#!/usr/bin/perl\n"),
        ("share/git-core/templates/description", "x"),
    ];
    let package = Package::new(&files);
    let needs = package.needs(&["bin/git"]);
    let expected = [
        "libexec/git-core/git-remote-http",
        "libexec/git-core/git-submodule",
        "share/git-core/templates/description",
    ];
    assert_eq!(package.taken(&needs), expected);
    let folder = package.in_bundle("libexec/git-core");
    assert_eq!(value(&needs, "GIT_EXEC_PATH"), Some(folder));
}

#[test]
fn plugins_of_qt_go_along_for_its_version() {
    let files = [
        ("bin/a", "x"),
        ("lib/libQt6Core.so.6.5.0", "x"),
        ("lib/qt-6/plugins/platforms/libqxcb.so", "x"),
        ("lib/qt-5.15/plugins/platforms/libqxcb.so", "x"),
    ];
    let package = Package::new(&files);
    let needs = package.needs(&["bin/a", "lib/libQt6Core.so.6.5.0"]);
    assert_eq!(
        package.taken(&needs),
        ["lib/qt-6/plugins/platforms/libqxcb.so"]
    );
    let folder = package.in_bundle("lib/qt-6/plugins");
    assert_eq!(value(&needs, "QT_PLUGIN_PATH"), Some(folder));
}

#[test]
fn the_hosts_modules_of_gio_are_never_taken() {
    let package = Package::new(&[("bin/a", "x"), ("lib/libgio-2.0.so.0", "x")]);
    let needs = package.needs(&["bin/a", "lib/libgio-2.0.so.0"]);
    let folder = package.in_bundle("lib/gio/modules");
    assert_eq!(value(&needs, "GIO_MODULE_DIR"), Some(folder));
}

#[test]
fn python_finds_its_library_and_what_has_python_inside_is_told() {
    let files = [
        ("bin/python3.11", "x"),
        ("bin/gdb", "x"),
        ("lib/libpython3.11.so.1.0", "x"),
        ("lib/python3.11/os.py", "x"),
        ("lib/python3.11/test/x.py", "x"),
    ];
    let package = Package::new(&files);
    let needs = package.needs(&["bin/python3.11", "lib/libpython3.11.so.1.0"]);
    assert_eq!(package.taken(&needs), ["lib/python3.11/os.py"]);
    assert!(needs.program_settings.is_empty());
    let needs = package.needs(&["bin/gdb", "lib/libpython3.11.so.1.0"]);
    let home = Setting::SetDefault {
        name: "PYTHONHOME".into(),
        value: in_bundle(&package.root),
    };
    assert_eq!(
        needs.program_settings[&package.root.join("bin/gdb")],
        [home]
    );
}

#[test]
fn perl_gets_its_library_by_a_flag() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().canonicalize().unwrap().join("perl5");
    fs::create_dir(&library).unwrap();
    fs::write(library.join("strict.pm"), "").unwrap();
    fs::write(library.join("perlfunc.pod"), "").unwrap();
    let text = format!("x {}", library.display());
    let package = Package::new(&[
        ("bin/perl", &text),
        ("bin/a", "x"),
        ("lib/libperl.so.5.36", &text),
    ]);
    let needs = package.needs(&["bin/perl"]);
    let flag = Setting::AddFlag {
        value: format!("-I{}", in_bundle(&library)),
    };
    assert_eq!(
        needs.program_settings[&package.root.join("bin/perl")],
        [flag]
    );
    assert_eq!(value(&needs, "PERL5LIB"), None);
    let taken: Vec<_> = needs.files.keys().collect();
    assert_eq!(taken, [&library.join("strict.pm")]);
    // A program with Perl inside has no such flag.
    let needs = package.needs(&["bin/a", "lib/libperl.so.5.36"]);
    assert_eq!(value(&needs, "PERL5LIB"), Some(in_bundle(&library)));
}

#[test]
fn what_stands_beside_a_program_goes_along_if_it_looks_there() {
    let files = [
        ("bin/a", "/proc/self/exe"),
        ("bin/b", "x"),
        ("share/a/data", "x"),
        ("share/doc/a/text", "x"),
        ("include/a.h", "x"),
    ];
    let package = Package::new(&files);
    assert_eq!(package.taken(&package.needs(&["bin/a"])), ["share/a/data"]);
    assert!(package.taken(&package.needs(&["bin/b"])).is_empty());
}

#[test]
fn packages_are_store_paths_or_folders_of_their_own() {
    let of = |path: &str| package(Path::new(path));
    let store = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a";
    assert_eq!(of(&format!("{store}/bin/a")), Some(store.into()));
    assert_eq!(of("/opt/a/lib/x/liba.so"), Some("/opt/a".into()));
    for path in ["/usr/bin/a", "/bin/a", "/usr/local/bin/a", "/home/a"] {
        assert_eq!(of(path), None, "{path}");
    }
}
