//! A bundle made by hand: a static program, a script with data beside it, a library.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ldshim::bundle::archive::{self, Format, Options, Summary};
use ldshim::bundle::{File, FileKind, Manifest, Program, Start};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// Prints its arguments with `argv[0]`, and ends with the number of them.
const SHOW: &str = r#"
#include <stdio.h>
int main(int argc, char **argv) { for (int i = 0; i < argc; i++) puts(argv[i]); return argc; }
"#;

/// A folder with a bundle, and room beside it.
pub struct Made {
    pub folder: TempDir,
    pub manifest: Manifest,
}

impl Made {
    /// Version 2.12 of hello, which has the programs `show` and `greet`.
    pub fn new() -> Self {
        Self::of_version("2.12")
    }

    pub fn of_version(version: &str) -> Self {
        // Nobody else may rename in it, whatever the umask.
        let mut folder = tempfile::Builder::new();
        let folder = folder.permissions(fs::Permissions::from_mode(0o700));
        let folder = folder.tempdir().unwrap();
        let manifest = Manifest::new("hello".into(), version.into(), "x86_64-linux".into());
        let mut made = Self { folder, manifest };
        let store = "store/0123456789abcdfghijklmnpqrsvwxyz-hello-2.12";
        made.file(&format!("{store}/bin/show"), &static_program(), true);
        let greet = format!(
            "#!/bin/sh\nread greeting < \"${{0%/*}}/../{store}/share/the greeting\"\necho \"$greeting\"\n"
        );
        made.file(&format!("{store}/bin/greet"), greet.as_bytes(), true);
        made.file(&format!("{store}/share/the greeting"), b"hello\n", false);
        made.file(
            &format!("{store}/share/doc/hello/COPYING"),
            b"Permission is granted\n",
            false,
        );
        made.file("lib/libbig.so.1", &vec![7; 5 << 20], false);
        made.link("lib/libbig.so", "libbig.so.1");
        for name in ["greet", "show"] {
            let place = format!("{store}/bin/{name}");
            made.link(&format!("bin/{name}"), &format!("../{place}"));
            made.manifest.programs.push(Program {
                name: name.into(),
                place: place.into(),
                start: Start::Static,
                original: None,
                settings: Vec::new(),
            });
        }
        made.save();
        made
    }

    pub fn bundle(&self) -> PathBuf {
        self.path("bundle")
    }

    /// A path beside the bundle.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds a file. [`Made::save`] writes down that it is there.
    pub fn file(&mut self, place: &str, content: &[u8], executable: bool) {
        let path = self.bundle().join(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        let mode = if executable { 0o755 } else { 0o644 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let sha256 = Sha256::digest(content);
        self.manifest.files.push(File {
            place: place.into(),
            kind: FileKind::File {
                size: content.len() as u64,
                executable,
                sha256: sha256.iter().map(|it| format!("{it:02x}")).collect(),
            },
            source: place
                .strip_prefix("store/")
                .map(|it| Path::new("/nix/store").join(it)),
            why: "made for the test".into(),
        });
    }

    pub fn link(&mut self, place: &str, target: &str) {
        let path = self.bundle().join(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
        self.manifest.files.push(File {
            place: place.into(),
            kind: FileKind::Link {
                target: target.into(),
            },
            source: None,
            why: "made for the test".into(),
        });
    }

    pub fn save(&self) {
        let text = serde_json::to_string(&self.manifest).unwrap();
        fs::write(self.bundle().join("bundle.json"), text).unwrap();
    }

    pub fn write(&self, format: Format, name: &str) -> anyhow::Result<(PathBuf, Summary)> {
        let out = self.path(name);
        let options = Options {
            maintainer: Some("Ann Lee <ann@debian.org>".into()),
            head: Some(head().to_owned()),
            ..Options::default()
        };
        let summary = archive::write(&self.bundle(), &self.manifest, format, &options, &out)?;
        Ok((out, summary))
    }
}

/// `run-head`, built if it is not up to date.
fn head() -> &'static Path {
    static HEAD: OnceLock<PathBuf> = OnceLock::new();
    HEAD.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let mut build = Command::new(env!("CARGO"));
        build.args([
            "build",
            "--quiet",
            "--release",
            "--package=run-head",
            "--target-dir",
        ]);
        run(build.arg(target).current_dir(env!("CARGO_MANIFEST_DIR")));
        target.join("release/run-head")
    })
}

fn static_program() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (source, program) = (folder.path().join("show.c"), folder.path().join("show"));
    fs::write(&source, SHOW).unwrap();
    let mut cc = Command::new("cc");
    run(cc.args(["-static", "-s", "-o"]).arg(&program).arg(source));
    fs::read(program).unwrap()
}

/// Copies a program. It is another process that has it open for writing: a child that another test starts meanwhile would inherit that
/// from this one, and the kernel would not execute the program (ETXTBSY).
pub fn install(program: &Path, to: &Path) {
    run(Command::new("install")
        .args(["-m", "755"])
        .arg(program)
        .arg(to));
}

/// A command that is root for itself, whoever starts it.
pub fn as_root(program: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", program]);
    command
}

/// Runs a command that has to succeed, and returns what it has printed.
pub fn run(command: &mut Command) -> String {
    let output = command.env("LC_ALL", "C.UTF-8").output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}{errors}");
    text + &errors
}
