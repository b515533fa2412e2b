//! A program and its library, made by the compiler with the layout that a test asks for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::common::{Ran, platform};

/// The library counts what its constructor has done: a thread's own variable, and relocations.
const LIBRARY: &str = r#"
static __thread int count = 41;
static int *const counter_of_nobody = 0;
__attribute__((constructor)) static void start(void) { count++; }
int value(void) { return counter_of_nobody ? 0 : count; }
"#;

/// The program needs a version of the library's, and an address table, which is relocated.
const PROGRAM: &str = r#"
#include <stdio.h>
int value(void);
int main(void);
static void *const table[] = { (void *)value, (void *)main, (void *)table };
int main(void) { if (table[2] != (void *)table) return 1; printf("%d", value()); return 0; }
"#;

const VERSIONS: &str = "MADE_1 { global: value; local: *; };";

/// A long path as Nix has them.
pub const STORE_PATH: &str = "/nix/store/abcdefghijklmnopqrstuvwxyz012345-libraries-1.0/lib";

/// Linker flags of a file with padding between its segments, and of one without.
pub const PADDED: &[&str] = &["-Wl,-z,separate-code"];
pub const DENSE: &[&str] = &["-Wl,-z,noseparate-code"];

/// A search path for which padding has no room.
pub fn large_path() -> String {
    format!("{STORE_PATH}:{}", "/y".repeat(4000))
}

/// What was made.
pub struct Made {
    folder: TempDir,
}

impl Made {
    /// A program `app` that needs `libmade.so`, which it finds beside itself. `flags` are for compiler and linker.
    pub fn new(flags: &[&str]) -> Self {
        let made = Self::empty();
        made.write("library.c", LIBRARY);
        made.write("versions", VERSIONS);
        made.write("program.c", PROGRAM);
        let versions = made.path("versions");
        let script = format!("-Wl,--version-script={}", versions.display());
        made.compile(
            "libmade.so",
            "library.c",
            &[
                &["-shared", "-fPIC", "-Wl,-soname,libmade.so", &script],
                flags,
            ]
            .concat(),
        );
        let library = made.path("libmade.so");
        let library = library.to_str().expect("a path of text");
        made.compile(
            "app",
            "program.c",
            &[flags, &[library, "-Wl,-rpath,$ORIGIN"]].concat(),
        );
        made
    }

    /// A folder with nothing in it.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn app(&self) -> PathBuf {
        self.path("app")
    }

    pub fn library(&self) -> PathBuf {
        self.path("libmade.so")
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file of the test");
    }

    pub fn compile(&self, output: &str, source: &str, flags: &[&str]) {
        let mut compiler = Command::new(platform().tool("gcc"));
        let output = self.path(output);
        let compiler = compiler
            .arg("-o")
            .arg(output)
            .arg(self.path(source))
            .args(flags);
        drop(Ran::of(compiler).succeeded());
    }

    /// Runs the program, with all its symbols bound at once.
    pub fn run(&self) -> Ran {
        run(&self.app())
    }

    #[track_caller]
    pub fn works(&self) {
        let ran = self.run();
        assert_eq!(
            (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
            (Some(0), "42", "")
        );
    }

    /// Stripped, it works too, and a copy by objcopy does; eu-elflint finds nothing that it had not found in `original`.
    #[track_caller]
    pub fn is_sound(&self, name: &str, original: &Path) {
        let file = self.path(name);
        let whole = fs::read(&file).expect("the file");
        for tool in [&["strip"][..], &["strip", "-g"], &["objcopy"]] {
            let mut command = Command::new(tool[0]);
            let ran = Ran::of(command.args(&tool[1..]).arg(&file));
            assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{tool:?}");
            self.works();
            fs::write(&file, &whole).expect("the file");
        }
        let (before, after) = (lint(original), lint(&file));
        let new: Vec<_> = after.iter().filter(|it| !before.contains(it)).collect();
        assert!(new.is_empty(), "{new:?}");
        let read = Ran::of(Command::new("readelf").arg("-aW").arg(&file));
        assert_eq!(read.stderr, "", "readelf has nothing to complain of");
    }
}

/// Runs a program without any variable of loaders but that all symbols are bound at once.
pub fn run(program: &Path) -> Ran {
    let mut command = Command::new(program);
    Ran::of(command.env_clear().env("LD_BIND_NOW", "1").current_dir("/"))
}

/// What eu-elflint says of a file, without the numbers of program headers, which change.
pub fn lint(file: &Path) -> Vec<String> {
    let ran = Ran::of(Command::new("eu-elflint").arg("--gnu-ld").arg(file));
    let line = |line: &str| match line.split_once(']') {
        Some((start, rest)) if start.starts_with("phdr[") => rest.to_owned(),
        _ => line.to_owned(),
    };
    ran.stdout.lines().map(line).collect()
}

/// `ldshim patch` with these arguments, run to its end.
pub fn patch(arguments: &[&str], files: &[&Path]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    Ran::of(
        command
            .arg("patch")
            .args(arguments)
            .args(files)
            .current_dir("/"),
    )
}

/// What patch prints of a file, without the last line feed.
#[track_caller]
pub fn printed(what: &str, file: &Path) -> String {
    let ran = patch(&[&format!("--print-{what}")], &[file]).succeeded();
    ran.stdout.trim_end().to_owned()
}

/// How many segments of a kind a file has.
pub fn segments(file: &Path, kind: &str) -> usize {
    let ran = Ran::of(Command::new("readelf").arg("-lW").arg(file));
    ran.stdout
        .lines()
        .filter(|it| it.split_whitespace().next() == Some(kind))
        .count()
}

pub fn size(file: &Path) -> u64 {
    fs::metadata(file).expect("the file").len()
}
