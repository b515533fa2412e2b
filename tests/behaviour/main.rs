//! What the stub does, behaviour by behaviour.
//!
//! # A new test
//! ```sh
//! cargo xtask fetch    # once: the loaders and libraries that all tests need
//! cp -r tests/behaviour/newline_after_the_loader_is_tolerated tests/behaviour/NAME
//! # say in the head of tests/behaviour/NAME/main.c what is to be seen
//! cargo test --test behaviour -- NAME
//! ```
//! The test that is copied has what most tests have: a library that says where it was found
//! (`common/where.c`), a program that prints this and its environment and lets a child print its own
//! (`common/report.h`), a run, and a control. Where a test fails, what was seen is shown. Tests that need
//! to know why a loader was taken set `NIX_LD_LOG=info` and look at `stderr`.
//!
//! # A test
//! Each folder here but `common` and the harness's own is a test, named for the behaviour that it shows. It holds small C
//! programs. Lines `//@ KEY: VALUE` at the beginning of its `main.c` say what is built, and what is to be
//! seen when it runs in a root that has nothing but `/nix`, `/proc`, `/dev`, an empty `/tmp`, the stub at
//! the loader's path (for x86-64 also at `/lib/ld-musl-x86_64.so.1`, musl's), and `/t`: what was built. Other
//! lines there that begin with `//` are for people. `cargo test --test behaviour -- NAME` runs the tests with
//! NAME in their names.
//!
//! `LDSHIM_TEST_ARCH=aarch64` (or `riscv64`, `i686`) before that lets everything be of that architecture. QEMU then
//! runs the programs, and those that they start: see `common/emulation.rs`.
//!
//! The real loader is that of the glibc in the store, or, for the host's architecture, of the one that
//! `LDSHIM_TEST_GLIBC` names: a folder as `cargo xtask fetch` makes them, `target/glibcs/SUITE`. Programs are then
//! compiled against that one.
//!
//! # What is built
//! Paths are in `/t`. Sources are looked for in the folder, then in `common`. Flags are the compiler's; a
//! flag that begins with `/t/` is a library built before, to link with.
//!
//! | directive | |
//! |---|---|
//! | `program: PATH SOURCE FLAG...` | a program; `{loader-path}` is its loader, unless it is static |
//! | `library: PATH SOURCE FLAG...` | a shared library. Its soname is its file's name; the macro FOLDER is its folder's, as a string |
//! | `musl-program: PATH SOURCE FLAG...`, `musl-library: ...` | the same for musl; the program's loader is `/lib/ld-musl-x86_64.so.1` |
//! | `file: PATH TEXT` | a text file, which ends without a newline |
//! | `link: PATH TARGET` | a symbolic link |
//! | `truncated-loader: PATH LENGTH` | as many bytes of glibc's loader; less than all |
//! | `moved-headers: PATH PROGRAM NUMBER` | a copy of a program whose program headers were moved to the end, NUMBER modulo 8; see `../common/moved_headers.rs` |
//! | `fifo: PATH` | a FIFO |
//! | `setuid: PATH` | a copy of the program `PATH` without its ending `-setuid`, owned by root, with the setuid bit; needs root |
//! | `changed-loader: PATH absent` or `twice` | glibc's loader without its built-in cache path, or with a second one |
//! | `musl-library-env: PLACE FOLDER...` | a library environment for musl, with the libraries of these folders |
//! | `library-env: PLACE FOLDER...` | a library environment with the libraries of these folders and of glibc. PLACE is its path in the root, or `{D}` |
//! | `pin: PLACE STATE FOLDER...` | a pin, likewise; the last part of PLACE is the identity of its program, which has it by `-Wl,--build-id=0x...`; or `{identity}`, that of `/t/main`. STATE is `holds`, `gone`, `writable-by-others`, `read-only` or `of-another-user` (needs root) |
//! | `loader: nixpkgs-like` | the real loader of all library environments, and `{loader}`, is one with room for a long cache path, as in nixpkgs: see `../common/long_path.rs` |
//! | `loader: prepared` | the loaders of the library environments are prepared for these (that of `{D}` for `/nld`), as far as they have room. `LDSHIM_TEST_LOADERS=prepared` before the command has all tests so, but for those that say `loader: as-it-is` |
//! | `extra-path: PATH` | the library environments name this directory as an extra path; a whole path, not one in `/t` |
//! | `cache-place: none` | the library environments do not say where the real loader has its cache path |
//! | `only: ARCHITECTURE REASON` | the test is ignored for the other architectures, and REASON is shown |
//! | `not-emulated: REASON` | it is ignored where QEMU runs the programs |
//!
//! `{D}` is `/nld` with the cache plan, and a path of about a hundred bytes with the environment plan (a shorter
//! one with `loader: nixpkgs-like`, where the plan is the cache's all the same): only the first leaves room for
//! `/ld.so.cache` in the 16 bytes of `/etc/ld.so.cache`, which the real loader has built in.
//!
//! # What is run
//! `run: NAME` begins a run, and `control: NAME` a negative control: the same without the thing under test.
//! A control begins with the settings of the run before it, except for its environment, and says what is
//! different and what is to be seen instead. It fails also if what is to be seen in the run before it is
//! seen in the control. A test without a control is refused.
//!
//! | directive | |
//! |---|---|
//! | `since-glibc: 2.MINOR` | it is left out with the loader of an older glibc, which lacks what it is about |
//! | `glibc: of-a-distribution` | it is left out with a loader that is built for a store, which has room for long paths |
//! | `plan: cache` or `plan: environment` | A run that says `{D}` runs twice, once per plan. This is to run it with one plan only |
//! | `env: ENTRY` | an entry of the environment, which has these and no others, in this order |
//! | `env-fill: COUNT LENGTH` | COUNT entries of LENGTH bytes, `F0=xxx...`, `F1=xxx...` |
//! | `command: PROGRAM ARGUMENT...` | default: `/t/main` |
//! | `argv0: TEXT` | the zeroth argument, if it is not the program's path |
//! | `argc: 0` | no argument at all, not even a zeroth |
//! | `user: nobody` | who starts it, if not who runs the tests; needs root |
//! | `directory: PATH` | the current directory; default: `/t` |
//! | `stack-limit: MEBIBYTES` | or `unlimited`. The kernel gives a quarter of it, up to 6 MiB, to arguments and environment |
//! | `not-emulated: REASON` | the run is left out where QEMU runs the programs, and REASON is shown |
//! | `stub: none` | without the stub |
//! | `stub: LOADER DIR [MUSL-LOADER MUSL-DIR [ON-DEMAND TOOL]]` | with a stub in which these are baked: see `ldshim stub configure`. `-` stands for nothing |
//!
//! # What is to be seen
//! | directive | |
//! |---|---|
//! | `stdout: LINE`, `stderr: LINE` | these lines and nothing else; nothing at all, if there is no line |
//! | `stdout-has: TEXT`, `stderr-has: TEXT` | this text somewhere; the rest, if there are no lines, is not looked at |
//! | `stdout-lacks: TEXT`, `stderr-lacks: TEXT` | this text nowhere; likewise |
//! | `exit: STATUS`, `signal: NUMBER` | how it ends; default: `exit: 0` |
//! | `not-started: ERROR` | that the kernel refuses to start it |
//!
//! A program that does not end within 20 seconds is killed, and the test fails.
//!
//! In values `{D}` is the library environment, `{loader}` the real loader, `{loader-path}` the stub; `{glibc}` the
//! folder of glibc's libraries, `{glibc-loader}` the loader there; `{musl}` the loader of musl; `{system}` and
//! `{other-system}` are suffixes of variables, as `x86_64_linux`; `{other-loader}` is a real loader of another
//! architecture. In arguments and the environment `\xNN` is a byte in hexadecimal. A line `{environment}` of
//! `stdout` stands for the run's environment, an entry a line, as `print_entries` of
//! `common/environment.h` prints it.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};

mod build;
#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
mod directives;
mod glibc;
mod harness;
mod outcome;
mod run;

use common::platform;
use directives::Case;

fn main() {
    common::usual_umask();
    common::emulate();
    let mut trials = harness::trials();
    for name in names() {
        let case = Case::read(&folder().join(&name));
        let obstacle = case.as_ref().ok().and_then(obstacle);
        let left_out = case.as_ref().ok().and_then(left_out);
        let test = move || {
            let result = case.and_then(|case| run::case(&case));
            result.map_err(|error| Failed::from(format!("{error:#}")))
        };
        // Ignored tests are counted and shown, and so is the kind, which says why.
        let trial = Trial::test(name, test).with_ignored_flag(obstacle.is_some());
        trials.push(match obstacle {
            Some(obstacle) => trial.with_kind(obstacle),
            None => trial.with_kind(left_out.unwrap_or_default()),
        });
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Why a test cannot be run here, if it cannot.
fn obstacle(case: &Case) -> Option<String> {
    let platform = platform();
    if case.needs_root() && !nix::unistd::geteuid().is_root() {
        return Some("needs root".to_owned());
    }
    if let Some((_, reason)) = case.only.as_ref().filter(|(only, _)| only != platform.name) {
        return Some(reason.clone());
    }
    let without_emulation = case.not_emulated.clone();
    without_emulation.filter(|_| platform.needs_emulation())
}

/// Which runs of a test are left out here, if some are.
fn left_out(case: &Case) -> Option<String> {
    let mut runs = case.runs.iter();
    let reason = runs.find_map(|run| run.not_emulated.as_ref())?;
    let text = format!("not all runs: {reason}");
    platform().needs_emulation().then_some(text)
}

/// Where the tests are.
fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/behaviour"))
}

/// The names of the tests, sorted: all folders but `common` and those of the harness's modules.
fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("the folder of the tests");
    let entries = entries.map(|entry| entry.expect("the folder of the tests").path());
    let is_test = |path: &PathBuf| {
        path.is_dir() && !path.ends_with("common") && !path.with_extension("rs").exists()
    };
    let name = |path: &PathBuf| path.file_name()?.to_str().map(str::to_owned);
    let mut names: Vec<_> = entries
        .filter(is_test)
        .map(|path| name(&path).expect("UTF-8"))
        .collect();
    names.sort();
    names
}
