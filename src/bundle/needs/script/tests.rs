//! Scripts of a bundle, executed by the kernel and this machine's shell. The interpreters are this machine's own, as links at their
//! places.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::*;
use crate::bundle::place;

/// The store path that texts name.
const DATA: &str = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-data";

/// A bundle whose folder has a space in its name.
struct Bundle {
    _folder: TempDir,
    root: PathBuf,
}

impl Bundle {
    fn new(interpreter: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("a bundle's");
        let bundle = Self {
            _folder: folder,
            root,
        };
        let program = bundle.root.join(place(Path::new(interpreter)));
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        symlink(Path::new(interpreter).canonicalize().unwrap(), program).unwrap();
        bundle.write(&place(Path::new(&format!("{DATA}/file"))), b"the data");
        bundle
    }

    fn write(&self, place: &Path, bytes: &[u8]) {
        let path = self.root.join(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Puts a script into the bundle, and starts it by a link; what it prints.
    fn run(&self, text: &str) -> String {
        let script = Path::new("/nix/store/z-script/bin/script");
        let line = Line::of(text.as_bytes()).unwrap();
        let program = PathBuf::from(&line.interpreter);
        let bundled = bundled(script, text.as_bytes(), &program, &line);
        assert_eq!(bundled.unserved, Vec::<PathBuf>::new());
        self.write(&place(script), &bundled.text);
        if let Some((place, text)) = &bundled.other {
            self.write(place, text);
        }
        self.start(script)
    }

    fn start(&self, script: &Path) -> String {
        let link = self.root.join("bin/name");
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(self.root.join(place(script)), &link).unwrap();
        // The file was written a moment ago, and a child of another test's may still have it open.
        let start = format!("exec {:?} 'a b' c", link.display().to_string());
        let output = Command::new("/bin/sh")
            .args(["-c", &start])
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// How a script's own path ends, whichever way it was started.
    fn is_own(&self, path: &str) -> bool {
        path.ends_with("/name") || path.ends_with("/script")
    }
}

#[test]
fn a_script_of_bash_finds_the_bundle() {
    let bundle = Bundle::new("/bin/bash");
    let text = format!(
        "#!/bin/bash -e\nx=({DATA}/file)\necho \"$1-$2-$BASH_VERSINFO\" $-\ncat \"${{x[0]}}\"\necho\necho \"$0\"\n"
    );
    let output = bundle.run(&text);
    let lines: Vec<_> = output.lines().collect();
    assert!(
        lines[0].starts_with("a b-c-") && lines[0].contains('e'),
        "{output}"
    );
    assert_eq!(lines[1], "the data");
    assert!(bundle.is_own(lines[2]), "{output}");
}

#[test]
fn a_script_of_perl_has_its_own_lines() {
    let bundle = Bundle::new("/usr/bin/perl");
    let text = "#!/usr/bin/perl -w\nprint \"@ARGV $^W \", __LINE__, \" $0\\n\"; print <DATA>;\n__END__\ndata\n";
    let output = bundle.run(text);
    assert!(output.starts_with("a b c 1 2 /"), "{output}");
    assert!(output.ends_with("\ndata\n"), "{output}");
}

#[test]
fn a_script_of_python_finds_the_bundle() {
    let bundle = Bundle::new("/usr/bin/python3");
    let text = format!(
        "#!/usr/bin/python3 -s\n# -*- coding: utf-8 -*-\nimport sys\nprint(open('{DATA}/file').read(), sys.argv[1:], sys.flags.no_user_site)\nprint(sys.argv[0])\n"
    );
    let output = bundle.run(&text);
    let lines: Vec<_> = output.lines().collect();
    assert_eq!(lines[0], "the data ['a b', 'c'] 1");
    assert!(bundle.is_own(lines[1]), "{output}");
}

#[test]
fn a_script_of_python_has_its_own_docstring() {
    let of = |text: &str| {
        let bundle = Bundle::new("/usr/bin/python3");
        bundle.run(&format!("#!/usr/bin/python3\n{text}\nprint(__doc__)\n"))
    };
    assert_eq!(of("# It.\n\nr'''About\nit.'''"), "About\nit.\n");
    assert_eq!(of("\"About it.\"; x = 1"), "About it.\n");
    assert_eq!(of("import sys"), "None\n");
}

#[test]
fn a_script_of_python_with_something_first_is_whole() {
    let bundle = Bundle::new("/usr/bin/python3");
    let text = format!(
        "#!/usr/bin/python3\n'''About.'''\nfrom __future__ import annotations\nimport sys\nprint(__doc__, open('{DATA}/file').read(), sys.argv[1:])\n"
    );
    assert_eq!(bundle.run(&text), "About. the data ['a b', 'c']\n");
}

#[test]
fn a_script_of_another_language_has_its_text_beside_it() {
    let bundle = Bundle::new("/usr/bin/awk");
    let text = "#!/usr/bin/awk -f\nBEGIN { print ARGV[1], ARGV[2] }\n";
    assert_eq!(bundle.run(text), "a b c\n");
}

#[test]
fn a_wrapper_makes_its_settings_and_starts_the_same() {
    let bundle = Bundle::new("/bin/bash");
    let script = Path::new("/nix/store/z-script/bin/inner");
    let text = b"#!/bin/bash\necho \"$A|$B|$C|${D-none}|$E|$*\"\n";
    let line = Line::of(text).unwrap();
    let inner = bundled(script, text, Path::new("/bin/bash"), &line);
    bundle.write(&place(script), &inner.text);
    let text = |it: &str| it.to_owned();
    let list = |name: &str, value: &str| (text(name), text(":"), text(value));
    let (b, c) = (list("B", "b"), list("C", "$c"));
    let settings = [
        Setting::Set {
            name: text("A"),
            value: text("it's \"$A\""),
        },
        Setting::Prefix {
            name: b.0,
            separator: b.1,
            value: b.2,
        },
        Setting::Set {
            name: text("C"),
            value: text("x"),
        },
        Setting::Suffix {
            name: c.0,
            separator: c.1,
            value: c.2,
        },
        Setting::Unset { name: text("D") },
        Setting::SetDefault {
            name: text("E"),
            value: text("e"),
        },
        Setting::SetDefault {
            name: text("E"),
            value: text("f"),
        },
        Setting::AddFlag {
            value: text("--first"),
        },
        Setting::AppendFlag {
            value: text("--last"),
        },
    ];
    let wrapper = Path::new("/nix/store/z-script/bin/outer");
    bundle.write(&place(wrapper), &wrapped(wrapper, script, &settings));
    let expected = "it's \"$A\"|b|x:$c|none|e|--first a b c --last\n";
    assert_eq!(bundle.start(wrapper), expected);
}

#[test]
fn without_the_bundles_interpreter_a_script_does_not_start() {
    let bundle = Bundle::new("/bin/bash");
    fs::remove_file(bundle.root.join("root/bin/bash")).unwrap();
    let text = b"#!/bin/bash\necho wrong\n";
    let line = Line::of(text).unwrap();
    let script = Path::new("/nix/store/z-script/bin/script");
    let bundled = bundled(script, text, Path::new("/bin/bash"), &line);
    bundle.write(&place(script), &bundled.text);
    let path = bundle.root.join(place(script));
    let output = Command::new("/bin/sh").arg(path).output().unwrap();
    assert!(!output.status.success());
    assert_eq!(output.stdout, b"");
}
