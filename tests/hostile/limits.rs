//! Too little of everything: stack, address space, files.

use std::fs::File;
use std::path::Path;

use goblin::elf::program_header::PT_LOAD;
use ldshim::elf::{identify, segments};
use nix::sys::resource::Resource;

use crate::common::stub;

use crate::exec::{Start, run};
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
/// space to start. A stub that is not optimized takes more space than a loader.
fn crashes_without_stub(ground: &Ground, start: &Start) -> bool {
    let root = ground.root.clone().bind_read_only(loader(), STUB);
    let mut start = start.clone();
    let more = span(stub()).saturating_sub(span(&loader()));
    for (resource, limit) in &mut start.limits {
        if *resource == Resource::RLIMIT_AS {
            *limit = limit.saturating_sub(more);
        }
    }
    start.envp.push(b"LD_LIBRARY_PATH=/nld".to_vec());
    run(&root, &start).map_or(true, |outcome| outcome.signal.is_some())
}

/// How much address space a position-independent file takes, in bytes.
fn span(path: &Path) -> u64 {
    let identity = identify(path).unwrap();
    let segments = segments(&File::open(path).unwrap(), &identity).unwrap();
    let loads = segments.iter().filter(|it| it.kind == PT_LOAD);
    loads.map(|it| it.address + it.memory_size).max().unwrap()
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
