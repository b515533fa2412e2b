//! The system calls of the stub: which it needs, and what comes of it where they are forbidden.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use libc::{
    SYS_close, SYS_exit_group, SYS_faccessat, SYS_lseek, SYS_mmap, SYS_mprotect, SYS_munmap,
    SYS_openat, SYS_pread64, SYS_prlimit64, SYS_readlinkat, SYS_statx, SYS_writev, c_long,
};

use crate::exec::{Outcome, Start, run};
use crate::ground::{Ground, STUB};

fn ground() -> Ground {
    let ground = Ground::new();
    ground.compile("main", "int main(void) { return 0; }\n", &[]);
    ground.compile("filter", include_str!("filter.c"), &["-static"]);
    let fake = ["-static-pie", "-nostdlib"];
    ground.compile("fake", include_str!("fake.c"), &fake);
    // This one wants to lie at a multiple of 2 MiB, for which the stub has to cut off the rest.
    let aligned = [&fake[..], &["-Wl,-z,max-page-size=0x200000"]].concat();
    ground.compile("aligned", include_str!("fake.c"), &aligned);
    ground
}

/// All that the stub ever calls, but on demand. ARCHITECTURE.md has the list too, and both are compared.
const CALLS: [(&str, c_long); 13] = [
    ("openat", SYS_openat),
    ("pread64", SYS_pread64),
    ("lseek", SYS_lseek),
    ("close", SYS_close),
    ("mmap", SYS_mmap),
    ("mprotect", SYS_mprotect),
    ("munmap", SYS_munmap),
    ("faccessat", SYS_faccessat),
    ("readlinkat", SYS_readlinkat),
    ("statx", SYS_statx),
    ("writev", SYS_writev),
    ("prlimit64", SYS_prlimit64),
    ("exit_group", SYS_exit_group),
];

/// Starts that make all of these calls between them, and what they print; nothing if they are refused.
fn starts() -> Vec<(Start, &'static str)> {
    let start = |program: &str, envp: &[&str]| Start::new(program, envp);
    let fake = "NIX_LD=/t/fake";
    let mut many = start(
        "/t/main",
        &[fake, "NIX_LD_LIBRARY_PATH=/nld:/nothing", "NIX_LD_LOG=info"],
    );
    many.envp.extend((0..4000).map(|_| b"A".to_vec()));
    vec![
        (
            start(
                "/t/main",
                &[fake, "NIX_LD_LIBRARY_PATH=/nld", "NIX_LD_LOG=trace"],
            ),
            "handed over\n",
        ),
        (
            start("/t/main", &[fake, "NIX_LD_LIBRARY_PATH=/t"]),
            "handed over\n",
        ),
        (many, "handed over\n"),
        (start("/t/main", &["NIX_LD=/t/aligned"]), "handed over\n"),
        (start("/t/main", &["NIX_LD=/t/filter"]), ""),
        (start(STUB, &[]), "help"),
    ]
}

/// Runs a start under a filter.
fn filtered(ground: &Ground, action: &str, numbers: &[c_long], start: &Start) -> Outcome {
    let numbers: Vec<_> = numbers.iter().map(c_long::to_string).collect();
    let mut filtered = start.clone();
    filtered.program = "/t/filter".into();
    let words = ["/t/filter", action, &numbers.join(","), &start.program];
    filtered.argv = words.iter().map(|&word| word.into()).collect();
    run(&ground.root, &filtered).expect("the kernel starts it")
}

#[test]
fn a_filter_that_allows_what_the_stub_needs_and_no_more() {
    let ground = ground();
    let numbers = CALLS.map(|(_, number)| number);
    let ends_well = |outcome: &Outcome, stdout: &str, what: &str| match stdout {
        "" => outcome.assert_refused("loader /t/filter: ", what),
        "help" => assert!(
            outcome.stdout.starts_with(b"nix-ld ") && outcome.status == Some(0),
            "{outcome:?}"
        ),
        _ => outcome.assert_ran(stdout, what),
    };
    for (start, stdout) in starts() {
        ends_well(
            &filtered(&ground, "only", &numbers, &start),
            stdout,
            "all of them",
        );
    }
    // Each is needed: without it, a start is killed.
    for (name, number) in CALLS {
        let others: Vec<_> = numbers
            .into_iter()
            .filter(|&other| other != number)
            .collect();
        let killed = starts().iter().any(|(start, _)| {
            filtered(&ground, "only", &others, start).signal == Some(libc::SIGSYS)
        });
        assert!(killed, "{name} is not needed");
    }
}

#[test]
fn a_system_call_that_is_refused() {
    let ground = ground();
    for (name, number) in CALLS {
        for (start, stdout) in starts() {
            let outcome = filtered(&ground, "not", &[number], &start);
            let what = format!("{name}: {outcome:?}");
            match outcome.signal {
                // There is no other way to end: the first is the stub's, the second that of `fake.c`.
                Some(signal) => assert!(
                    name == "exit_group" && [libc::SIGSEGV, libc::SIGILL].contains(&signal),
                    "{what}"
                ),
                None if outcome.status == Some(127) && name == "writev" => {}
                None if outcome.status == Some(127) => {
                    let last = outcome.stderr.lines().next_back().unwrap_or_default();
                    assert!(last.starts_with("nix-ld: cannot run "), "{what}");
                }
                None => assert!(outcome.status == Some(0) && !stdout.is_empty(), "{what}"),
            }
        }
    }
}

/// The system calls that ARCHITECTURE.md says the stub needs: always, and on demand. They are the words in backticks
/// of that paragraph.
fn documented() -> [BTreeSet<String>; 2] {
    let text = fs::read_to_string(workspace().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let (_, paragraph) = text
        .split_once("The stub needs these system calls")
        .expect("ARCHITECTURE.md lists the system calls");
    let (paragraph, _) = paragraph.split_once("\n\n").expect("it ends");
    let (always, on_demand) = paragraph
        .split_once("On demand")
        .expect("it lists those on demand");
    [always, on_demand].map(|list| {
        let quoted = list.split('`').skip(1).step_by(2);
        quoted.map(str::to_owned).collect()
    })
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of system calls in source files below a folder: `SYS_openat` is that of openat. The entry of bundled programs is
/// another program.
fn named_below(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.ends_with("entry") {
            continue;
        }
        if path.is_dir() {
            names.append(&mut named_below(&path));
            continue;
        }
        let source = fs::read_to_string(&path).expect("a source file");
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let words = source.split(|letter| !is_name(letter));
        names.extend(words.filter_map(|word| word.strip_prefix("SYS_").map(str::to_owned)));
    }
    names
}

#[test]
fn architecture_md_lists_exactly_those_that_are_tried_here() {
    let [mut always, _] = documented();
    assert!(always.remove("mmap2"), "that of i686, for mmap");
    assert_eq!(always, CALLS.map(|(name, _)| name.to_owned()).into());
}

#[test]
fn architecture_md_lists_exactly_those_that_the_source_names() {
    let [always, on_demand] = documented();
    let source = named_below(&workspace().join("loader-stub/src"));
    assert_eq!(&always | &on_demand, source);
}
