//! The programs.

use std::path::PathBuf;

use crate::common::target;
use crate::place::Place;
use crate::{fetched, jobs, large_jobs};

/// A program, and what it has to do.
pub struct Program {
    /// What tests of it are called.
    pub name: &'static str,
    /// Its name in [`crate::common::target`]`/store-programs`, and that of the program there. Where the first is
    /// [`FETCHED`], it is not of the store, but what `tests/programs/programs.json` calls so.
    file: (&'static str, &'static str),
    /// What it does; panics if it does not.
    pub job: fn(&Place),
    /// Whether it is tried only when all are asked for.
    pub is_large: bool,
}

/// See [`Program`].
const FETCHED: &str = "";

const fn program(
    name: &'static str,
    file: (&'static str, &'static str),
    job: fn(&Place),
    is_large: bool,
) -> Program {
    Program {
        name,
        file,
        job,
        is_large,
    }
}

/// All of them.
pub const PROGRAMS: &[Program] = &[
    program("bash", ("core", "bash"), jobs::bash, false),
    program("ls", ("core", "ls"), jobs::ls, false),
    program("getent", ("getent", "getent"), jobs::getent, false),
    program("openssl", ("openssl", "openssl"), jobs::openssl, false),
    program("zstd", ("zstd", "zstd"), jobs::zstd, false),
    program("curl", ("curl", "curl"), jobs::curl, false),
    program("python", ("python", "python3.11"), jobs::python, false),
    program("git", ("git", "git"), jobs::git, false),
    program("node", (FETCHED, "node"), jobs::node, false),
    program("ffmpeg", ("ffmpeg", "ffmpeg"), large_jobs::ffmpeg, true),
    program(
        "imagemagick",
        ("imagemagick", "convert-im6.q16"),
        large_jobs::imagemagick,
        true,
    ),
    program("gdb", ("gdb", "gdb"), large_jobs::gdb, true),
    program("gtk", ("gtk", "gtk3-widget-factory"), large_jobs::gtk, true),
];

/// The one that is started in odd ways.
pub fn shell() -> &'static Program {
    &PROGRAMS[0]
}

impl Program {
    /// Its file name.
    pub fn file_name(&self) -> &'static str {
        self.file.1
    }

    /// Where it is in the store.
    pub fn path(&self) -> PathBuf {
        let (folder, name) = self.file;
        if folder == FETCHED {
            return fetched::folder(name).join(fetched::executable(name));
        }
        store_program(folder).join("bin").join(name)
    }
}

/// A store path of programs.
pub fn store_program(name: &str) -> PathBuf {
    let link = target().join("store-programs").join(name).join("result");
    match link.canonicalize() {
        Ok(path) => path,
        Err(error) => panic!(
            "{}: {error}; run `cargo xtask fetch --all` first",
            link.display()
        ),
    }
}
