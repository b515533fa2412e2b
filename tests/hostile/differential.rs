//! What the stub does about environments, against the naive model: the pure half for many, and the real stub
//! with a real loader for some.

use std::collections::BTreeSet;
use std::fs;

use loader_stub::stack::at;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

use crate::exec::{self, run};
use crate::ground::{Ground, NLD, compile, loader};
use crate::model::{self, Start, Way, directories};
use crate::pure_half;

const SYSTEM: &str = "x86_64_linux";

const NAMES: [&str; 16] = [
    "NIX_LD",
    "NIX_LD_x86_64_linux",
    "NIX_LD_LIBRARY_PATH",
    "NIX_LD_LIBRARY_PATH_x86_64_linux",
    "LD_LIBRARY_PATH",
    "NIX_LD_MUSL",
    "NIX_LD_MUSL_x86_64_linux",
    "NIX_LD_MUSL_LIBRARY_PATH",
    "NIX_LD_MUSL_LIBRARY_PATH_x86_64_linux",
    "NIX_LD_aarch64_linux",
    "NIX_LD_LIBRARY_PATH_",
    "NIX_LDX",
    "XNIX_LD",
    "LD_LIBRARY_PATHX",
    "PATH",
    "",
];

/// An entry: mostly a known name with one of these values, sometimes anything.
fn entry(values: &'static [&'static str], huge: usize) -> impl Strategy<Value = Vec<u8>> {
    let known = (select(&NAMES[..]), select(values))
        .prop_map(|(name, value)| format!("{name}={value}").into_bytes());
    let without = select(&NAMES[..]).prop_map(|name| name.as_bytes().to_vec());
    let any = vec(1..=255u8, 0..20);
    let huge = (select(&NAMES[2..]), 0..huge)
        .prop_map(|(name, length)| format!("{name}={}", "/x:".repeat(length)).into_bytes());
    prop_oneof![8 => known, 1 => without, 1 => any, 1 => huge]
}

const VALUES: &[&str] = &[
    "",
    "/a",
    "/b:/c",
    ":",
    "::/a:",
    ";",
    "/a;/b",
    "rel",
    "/run/current-system/sw/share/nix-ld/lib",
    "/run/current-system/sw/share/nix-ld-musl/lib",
    "/d\n",
    "\n/a\n\n/b",
    "=",
    "/a=b",
];

const FLAGS: &[&str] = &[
    "--library-path",
    "--library-path=/v",
    "/u",
    "",
    "--preload",
    "--argv0",
    "--list",
    "--",
    "prog",
    "--audit",
];

fn start() -> impl Strategy<Value = Start> {
    let path = || proptest::option::of(select(VALUES).prop_map(|value| value.as_bytes().to_vec()));
    let argv = vec(
        select(FLAGS).prop_map(|flag| flag.as_bytes().to_vec()),
        0..6,
    );
    let parts = (
        argv,
        vec(entry(VALUES, 4000), 0..12),
        prop::bool::weighted(0.2),
        any::<bool>(),
        any::<bool>(),
    );
    let baked = (path(), path(), any::<bool>());
    (parts, baked).prop_map(|((argv, envp, secure, direct, musl), baked)| {
        // With no arguments a stub that is started directly only prints its help.
        let direct = direct && argv.len() > 1;
        Start {
            argv,
            envp,
            secure,
            direct,
            musl,
            baked,
        }
    })
}

/// Files that are there.
fn files() -> impl Strategy<Value = BTreeSet<Vec<u8>>> {
    const FILES: &[&str] = &[
        "/a/ld.so.cache",
        "/b/ld.so.cache",
        "rel/ld.so.cache",
        "/run/current-system/sw/share/nix-ld/lib",
        "/run/current-system/sw/share/nix-ld/lib/ld.so.cache",
        "/run/current-system/sw/share/nix-ld-musl/lib",
        "/run/current-system/sw/share/nix-ld-musl/lib/ld.so.cache",
        "/d\n/ld.so.cache",
    ];
    proptest::sample::subsequence(FILES, 0..=FILES.len())
        .prop_map(|files| files.iter().map(|file| file.as_bytes().to_vec()).collect())
}

fn auxv() -> impl Strategy<Value = Vec<(usize, usize)>> {
    const KINDS: [usize; 8] = [
        at::IGNORE,
        at::PHDR,
        at::BASE,
        at::ENTRY,
        at::SECURE,
        at::EXECFN,
        51,
        usize::MAX,
    ];
    vec((select(&KINDS[..]), 1..1000usize), 0..8).prop_map(|mut auxv| {
        auxv.push((at::ENTRY, 99));
        auxv
    })
}

proptest! {
    #![proptest_config(Config { cases: 4000, failure_persistence: None, ..Config::default() })]
    #[test]
    fn the_pure_half_does_as_the_model(start in start(), files in files(), auxv in auxv()) {
        let readable = |path: &[u8]| files.contains(path);
        let expected = model::effect(&start, SYSTEM, readable);
        let seen = pure_half::effect(&start, &auxv, readable);
        prop_assert_eq!(seen.normal(start.musl), expected.normal(start.musl));
    }
}

/// Says in which folder its library was found, and prints its environment as it is.
const PROGRAM: &str = r#"
#include <stdio.h>
extern char **environ;
const char *where(void);
int main(void) {
    printf("%s", where());
    for (char **entry = environ; *entry; entry++) printf("%c%s", 0, *entry);
    return 0;
}
"#;

/// The values for the real stub: what is named there exists in the root of [`real_ground`], or not.
const REAL_VALUES: &[&str] = &[
    "",
    "/nld",
    "/nld",
    "/long-library-environment",
    "/t/a",
    "/t/b:/t/glibc",
    "/t/a:/t/glibc",
    "::/t/glibc:/t/b:",
    "/t/nothing",
    "/nld/ld.so",
    "/nld/ld.so",
    "/t/main",
    ":",
];

fn real_ground() -> Ground {
    let mut ground = Ground::new();
    for folder in ["a", "b"] {
        fs::create_dir(ground.path(folder)).expect("a folder");
        let source = format!("const char *where(void) {{ return \"{folder}\"; }}\n");
        let library = ground.path(folder).join("libwhere.so");
        compile(
            &library,
            &source,
            &["-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libwhere.so"],
        );
    }
    let library = ground.path("a/libwhere.so");
    compile(
        &ground.path("main"),
        PROGRAM,
        &[library.to_str().expect("UTF-8")],
    );
    fs::create_dir(ground.path("glibc")).expect("a folder");
    let glibc = loader().with_file_name("");
    ground.root = ground.root.clone().bind_read_only(glibc, "/t/glibc");
    ground
}

/// What the program is to print, or `None` if it cannot run.
fn expected(start: &Start) -> Option<Vec<u8>> {
    let has_cache = |path: &[u8]| path == b"/nld/ld.so.cache";
    let effect = model::effect(start, SYSTEM, has_cache);
    effect
        .loaders
        .iter()
        .find(|path| path.trim_ascii_end() == b"/nld/ld.so")?;
    let mut searched = directories(&effect.loaders_path.unwrap_or_default(), false);
    if let Some((path, Way::Cache)) = effect.libraries {
        searched.extend(directories(&path, false));
    }
    let first = |with: &[&[u8]]| searched.iter().find(|dir| with.contains(&&dir[..]));
    first(&[b"/t/glibc", NLD.as_bytes()])?;
    let place = first(&[b"/t/a", b"/t/b"])?;
    let mut output = vec![place[3]];
    for entry in &start.envp {
        output.push(0);
        output.extend(entry);
    }
    Some(output)
}

#[test]
fn the_real_stub_and_a_real_loader_do_as_the_model() {
    let ground = real_ground();
    let mut runner = TestRunner::new(Config {
        cases: 400,
        failure_persistence: None,
        ..Config::default()
    });
    let ran = std::cell::Cell::new(0);
    let strategy = (vec(entry(REAL_VALUES, 30), 0..10), any::<Index>());
    let result = runner.run(&strategy, |(mut envp, at)| {
        // Most runs would find neither a loader nor libraries.
        for entry in ["NIX_LD=/nld/ld.so", "LD_LIBRARY_PATH=/t/glibc:/t/a"] {
            envp.insert(at.index(envp.len() + 1), entry.into());
        }
        let start = Start {
            argv: vec![b"main".to_vec()],
            envp,
            ..Start::default()
        };
        let mut process = exec::Start::new("/t/main", &[]);
        process.envp.clone_from(&start.envp);
        let outcome = run(&ground.root, &process).expect("the kernel starts it");
        match expected(&start) {
            Some(output) => {
                ran.set(ran.get() + 1);
                prop_assert_eq!(
                    String::from_utf8_lossy(&outcome.stdout),
                    String::from_utf8_lossy(&output),
                    "{:?}",
                    outcome.stderr
                );
                prop_assert_eq!(outcome.status, Some(0));
            }
            None => prop_assert_eq!(
                (outcome.status, outcome.stdout),
                (Some(127), Vec::new()),
                "{:?}",
                outcome.stderr
            ),
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(ran.get() > 50, "only {} of them ran", ran.get());
}
