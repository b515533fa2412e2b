//! Programs start through the stub on an old kernel.
//!
//! Kernels before 6.7 clear the rest of the page in which the interpreter's file ends, and kill the program if
//! they may not write there (`padzero` in `load_elf_interp`, fs/binfmt_elf.c). This machine's kernel may be a
//! newer one, so that of Debian 12, Linux 6.1, is started in a virtual machine, once for all tests. Its root
//! is like that of NixOS: `/nix/store`, `/lib64/ld-linux-x86-64.so.2`, and no other libraries.

use std::path::Path;
use std::sync::LazyLock;

mod bundle;
#[path = "../common/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "TestRoot needs no virtual machine"
)]
mod common;
mod machine;
mod root;
mod short_stub;

use common::machine::Outcome;
use common::{Plan, build_stub, platform, target};
use machine::Case;

/// What is put in the place of the loader. The numbers are indices of what [`OUTCOMES`] has.
#[derive(Clone, Copy)]
enum Stub {
    Release,
    ReleaseByGnuLd,
    Debug,
    DebugByGnuLd,
    /// The release stub, but its file ends within a page.
    Short,
}

/// How a program is started.
#[derive(Clone, Copy)]
enum Start {
    /// By its own path. The kernel starts the stub as its interpreter.
    Program,
    /// As an argument of the stub.
    Directly,
}

/// What a program prints that has found its library.
const RESULT: &str = "crc32 cbf43926";

/// How each case ended: by the index of the stub, of the start, and of the plan.
static OUTCOMES: LazyLock<Vec<Outcome>> = LazyLock::new(|| {
    let gnu_ld = target().join("gnu-ld");
    let flag = "-Clinker-features=-lld";
    let release = build_stub(platform(), "release", target(), "");
    let short = short_stub::one_byte_shorter(&release);
    let stubs = [
        release,
        build_stub(platform(), "release", &gnu_ld, flag),
        build_stub(platform(), "dev", target(), ""),
        build_stub(platform(), "dev", &gnu_ld, flag),
    ];
    let bundle = bundle::bundle(&stubs[0].with_file_name("bundle-entry"));
    let mut stubs = stubs
        .map(|path| std::fs::read(path).expect("it was built"))
        .to_vec();
    stubs.push(short);
    let mut cases = Vec::new();
    for stub in 0..stubs.len() {
        for start in [Start::Program, Start::Directly] {
            for plan in Plan::ALL {
                let command = match start {
                    Start::Program => vec![root::PROGRAM],
                    Start::Directly => vec![root::LOADER, root::PROGRAM],
                };
                cases.push(Case {
                    stub: root::stub(stub),
                    library_env: plan.library_env(),
                    command,
                });
            }
        }
    }
    cases.push(Case {
        // It is not asked: the bundle has its own loader.
        stub: root::stub(0),
        library_env: Plan::Cache.library_env(),
        command: vec![bundle::PROGRAM],
    });
    let mut archive = root::archive(&stubs);
    archive.copy(&bundle, Path::new(bundle::PLACE));
    machine::run(archive, &cases)
});

fn outcome(stub: Stub, start: Start, plan: Plan) -> &'static Outcome {
    &OUTCOMES[(stub as usize * 2 + start as usize) * 2 + plan as usize]
}

/// Asserts that a program starts by each plan, and finds its library.
fn assert_starts(stub: Stub, start: Start) {
    for plan in Plan::ALL {
        let outcome = outcome(stub, start, plan);
        assert_eq!(outcome.ending, "exit 0", "{plan:?}: {outcome:?}");
        let how = match plan {
            Plan::Cache => "the loader's cache",
            Plan::Environment => "the loader's environment",
        };
        let said = format!("libraries from {} by {how}", plan.library_env());
        for text in [RESULT, &said] {
            assert!(
                outcome.printed.contains(text),
                "{plan:?}: no {text} in {outcome:?}"
            );
        }
    }
}

#[test]
fn release_stub_starts_programs() {
    assert_starts(Stub::Release, Start::Program);
    assert_starts(Stub::Release, Start::Directly);
}

#[test]
fn release_stub_linked_by_gnu_ld_starts_programs() {
    assert_starts(Stub::ReleaseByGnuLd, Start::Program);
    assert_starts(Stub::ReleaseByGnuLd, Start::Directly);
}

#[test]
fn debug_stub_starts_programs() {
    assert_starts(Stub::Debug, Start::Program);
    assert_starts(Stub::Debug, Start::Directly);
}

#[test]
fn debug_stub_linked_by_gnu_ld_starts_programs() {
    assert_starts(Stub::DebugByGnuLd, Start::Program);
    assert_starts(Stub::DebugByGnuLd, Start::Directly);
}

/// The negative control: this kernel is one that clears the page. A stub that is started directly is no
/// interpreter, so nothing is cleared, and the same file runs.
#[test]
fn stub_that_ends_within_a_page_is_killed_before_it_says_anything() {
    assert_starts(Stub::Short, Start::Directly);
    for plan in Plan::ALL {
        let outcome = outcome(Stub::Short, Start::Program, plan);
        assert!(
            outcome.ending.starts_with("signal "),
            "{plan:?}: {outcome:?}"
        );
        assert_eq!(outcome.printed, "", "{plan:?}");
    }
}

/// A bundled program has its stub in itself. It would run as well if there were none at the loader's place.
#[test]
fn bundled_programs_start() {
    let outcome = OUTCOMES.last().expect("it is the last case");
    assert_eq!(outcome.ending, "exit 0", "{outcome:?}");
    assert!(outcome.printed.contains(RESULT), "{outcome:?}");
    assert!(!outcome.printed.contains("libraries from"), "{outcome:?}");
}
