//! Too little of everything: stack, address space, files, system calls.

use libc::{
    SYS_close, SYS_exit_group, SYS_faccessat, SYS_lseek, SYS_mmap, SYS_mprotect, SYS_munmap,
    SYS_openat, SYS_pread64, SYS_prlimit64, SYS_readlinkat, SYS_statx, SYS_writev, c_long,
};
use nix::sys::resource::Resource;

use crate::exec::{Outcome, Start, run};
use crate::ground::{Ground, STUB, loader};

const PROGRAM: &str = "#include <stdio.h>\nint main(void) { puts(\"runs\"); return 0; }\n";

/// What glibc's loader itself says where there is too little: its elf/rtld.c and elf/dl-catch.c.
const LOADER_MESSAGES: [&str; 2] = [
    "error while loading shared libraries",
    "cannot allocate TLS data structures for initial thread",
];

/// What leads to the real loader, by each mechanism.
const REAL: [&[&str]; 2] = [
    &["NIX_LD_LIBRARY_PATH=/nld"],
    &["NIX_LD=/nld/ld.so", "NIX_LD_LIBRARY_PATH=/nld:/nothing"],
];

fn ground() -> Ground {
    let ground = Ground::new();
    ground.compile("main", PROGRAM, &[]);
    ground.compile("filter", include_str!("filter.c"), &["-static"]);
    ground.compile(
        "fake",
        include_str!("fake.c"),
        &["-static-pie", "-nostdlib"],
    );
    ground
}

/// Whether the stub was done when it crashed: glibc's loader itself crashes where it has no space for what it wants
/// to say. The last that the stub says is how the libraries are found.
fn stub_was_done(ground: &Ground, start: &Start) -> bool {
    let mut start = start.clone();
    start.envp.push(b"NIX_LD_LOG=info".to_vec());
    run(&ground.root, &start).is_ok_and(|outcome| outcome.stderr.contains("libraries from /nld"))
}

/// Whether it crashes without the stub as well, with the real loader in its place: the kernel ends what it has no
/// space to start.
fn crashes_without_stub(ground: &Ground, start: &Start) -> bool {
    let root = ground.root.clone().bind_read_only(loader(), STUB);
    let mut start = start.clone();
    start.envp.push(b"LD_LIBRARY_PATH=/nld".to_vec());
    run(&root, &start).map_or(true, |outcome| outcome.signal.is_some())
}

/// Asserts that the stub has not crashed: it ran, it said why not, or the loader did or crashed.
/// Tells whether it ran, and whether the stub refused.
fn check(ground: &Ground, start: &Start, reason: &str, what: &str) -> (bool, bool) {
    // An error is the kernel's: it does not start the program at all.
    let Ok(outcome) = run(&ground.root, start) else {
        return (false, false);
    };
    if outcome.signal.is_some() {
        assert!(
            stub_was_done(ground, start) || crashes_without_stub(ground, start),
            "{what}: {outcome:?}"
        );
        return (false, false);
    }
    if outcome.status == Some(127) && outcome.stderr.starts_with("nix-ld: ") {
        outcome.assert_refused(reason, what);
        return (false, true);
    }
    if outcome.status == Some(127) {
        assert!(
            LOADER_MESSAGES.iter().any(|it| outcome.stderr.contains(it)),
            "{what}: {outcome:?}"
        );
        return (false, false);
    }
    outcome.assert_ran("runs\n", what);
    (true, false)
}

#[test]
fn a_small_stack() {
    let ground = ground();
    for envp in REAL {
        let mut any = (false, false);
        // An entry takes ten bytes. What is left by the most of them is room for any loader.
        for entries in [0, 10, 1000, 1800, 2200, 2500, 2800, 3100, 3500] {
            let mut start = Start::new("/t/main", envp);
            start.envp.extend((0..entries).map(|_| b"A".to_vec()));
            start.limits = vec![(Resource::RLIMIT_STACK, 64 * 1024)];
            let (ran, refused) = check(
                &ground,
                &start,
                "raise `ulimit -s`",
                &format!("{entries} entries"),
            );
            assert!(ran || entries > 10, "{entries} entries fit");
            any = (any.0 || ran, any.1 || refused);
        }
        // Only the environment plan needs room for a second copy.
        assert_eq!(any, (true, envp == REAL[1]));
    }
}

#[test]
fn little_address_space() {
    let ground = ground();
    for envp in REAL {
        let mut any = (false, false);
        for kibibytes in (100..600)
            .step_by(20)
            .chain((600..4000).step_by(400))
            .chain([8000])
        {
            let mut start = Start::new("/t/main", envp);
            start.limits = vec![(Resource::RLIMIT_AS, kibibytes * 1024)];
            let what = format!("{kibibytes} KiB");
            let (ran, refused) = check(&ground, &start, "ld.so: Cannot allocate memory", &what);
            any = (any.0 || ran, any.1 || refused);
        }
        assert_eq!(any, (true, true), "{envp:?}");
    }
}

#[test]
fn no_file_may_be_opened() {
    let ground = ground();
    for envp in REAL {
        let mut start = Start::new("/t/main", envp);
        start.limits = vec![(Resource::RLIMIT_NOFILE, 0)];
        let outcome = run(&ground.root, &start).expect("the kernel starts it");
        outcome.assert_refused("ld.so: Too many open files", "RLIMIT_NOFILE 0");
    }
}

/// All that the stub ever calls. ARCHITECTURE.md has the list.
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

/// A loader that wants to lie at a multiple of 2 MiB, for which the stub has to cut off the rest.
fn add_aligned(ground: &Ground) {
    let flags = ["-static-pie", "-nostdlib", "-Wl,-z,max-page-size=0x200000"];
    ground.compile("aligned", include_str!("fake.c"), &flags);
}

#[test]
fn a_filter_that_allows_what_the_stub_needs_and_no_more() {
    let ground = ground();
    add_aligned(&ground);
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
    add_aligned(&ground);
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
