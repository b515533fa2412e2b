//! Initial stacks that no kernel lays out: `launch.c` maps the stub as the kernel does and jumps to it.

use crate::exec::{Outcome, Start, run};
use crate::ground::{Ground, NLD, STUB};

const PROGRAM: &str = "#include <stdio.h>\nint main(void) { puts(\"runs\"); return 0; }\n";

// include/uapi/linux/auxvec.h of Linux.
const PHDR: u32 = 3;
const PHNUM: u32 = 5;
const PAGESZ: u32 = 6;
const BASE: u32 = 7;
const ENTRY: u32 = 9;
const SECURE: u32 = 23;
const EXECFN: u32 = 31;

struct Launcher(Ground);

impl Launcher {
    fn new() -> Self {
        let ground = Ground::new();
        ground.compile("main", PROGRAM, &[]);
        ground.compile("launch", include_str!("launch.c"), &["-static", "-no-pie"]);
        ground.compile(
            "fake",
            include_str!("fake.c"),
            &["-static-pie", "-nostdlib"],
        );
        Self(ground)
    }

    /// Starts the program with a changed stack.
    fn launch(&self, changes: &[String], arguments: &[&str], envp: &[&str]) -> Outcome {
        let mut start = Start::new("/t/launch", envp);
        let words = ["/t/launch", STUB, "/t/main"].into_iter();
        let words = words
            .chain(changes.iter().map(String::as_str))
            .chain(["--"]);
        start.argv = words
            .chain(arguments.iter().copied())
            .map(|word| word.into())
            .collect();
        run(&self.0.root, &start).expect("the kernel starts it")
    }
}

/// What leads to the real loader, by each mechanism.
const REAL: [&[&str]; 2] = [
    &["NIX_LD_LIBRARY_PATH=/nld"],
    &["NIX_LD=/nld/ld.so", "NIX_LD_LIBRARY_PATH=/nld:/nothing"],
];
/// What leads to one that does nothing, by each mechanism.
const FAKE: [&[&str]; 2] = [
    &["NIX_LD=/t/fake", "NIX_LD_LIBRARY_PATH=/nld"],
    &["NIX_LD=/t/fake", "NIX_LD_LIBRARY_PATH=/nld:/nothing"],
];

fn drop(kind: u32) -> String {
    format!("drop:{kind}")
}

fn set(kind: u32, value: u64) -> String {
    format!("set:{kind}:{value}")
}

fn add(kind: u32, value: u64) -> String {
    format!("add:{kind}:{value}")
}

#[test]
fn a_stack_as_the_kernels_is_the_control() {
    let launcher = Launcher::new();
    for envp in REAL {
        launcher
            .launch(&[], &["/t/main"], envp)
            .assert_ran("runs\n", "the control");
    }
    for envp in FAKE {
        launcher
            .launch(&[], &["/t/main"], envp)
            .assert_ran("handed over\n", "the control");
    }
}

#[test]
fn entries_that_a_loader_cannot_do_without() {
    let launcher = Launcher::new();
    for envp in FAKE {
        for (kind, name) in [
            (PHDR, "AT_PHDR"),
            (PHNUM, "AT_PHNUM"),
            (BASE, "AT_BASE"),
            (ENTRY, "AT_ENTRY"),
        ] {
            let outcome = launcher.launch(&[drop(kind)], &["/t/main"], envp);
            outcome.assert_refused(
                &format!("/t/main: its auxiliary vector has no {name}"),
                name,
            );
        }
        let nothing = launcher.launch(&["none".into()], &["/t/main"], envp);
        nothing.assert_refused(
            "/t/main: its auxiliary vector has no AT_PHDR",
            "no entry at all",
        );
        let nobody = launcher.launch(&["none".into()], &[], envp);
        nobody.assert_refused(
            "the program: its auxiliary vector has no AT_PHDR",
            "nor an argument",
        );
    }
}

#[test]
fn entries_that_are_odd_or_there_twice() {
    let launcher = Launcher::new();
    for changes in [
        vec![drop(PAGESZ)],
        vec![drop(EXECFN)],
        vec![add(BASE, 4096)],
        vec![add(ENTRY, 4096)],
        vec![add(PAGESZ, 1), add(SECURE, 0)],
        vec![add(1, 7), add(0xffff_ffff, 7)],
    ] {
        for envp in REAL
            .iter()
            .filter(|_| !changes.contains(&add(ENTRY, 4096)) && !changes.contains(&add(PAGESZ, 1)))
        {
            launcher
                .launch(&changes, &["/t/main"], envp)
                .assert_ran("runs\n", &changes.join(" "));
        }
    }
    for size in [0, 1, 2, 512, 4097, u64::MAX, 1 << 63] {
        // The real loader would believe it; the stub takes 4096, or says that the loader does not fit.
        for envp in FAKE {
            let outcome = launcher.launch(&[set(PAGESZ, size)], &["/t/main"], envp);
            if size == 1 << 63 {
                outcome.assert_refused("/t/fake: damaged: its segments make no sense", "2^63");
            } else {
                outcome.assert_ran("handed over\n", &format!("AT_PAGESZ {size}"));
            }
        }
    }
    for envp in FAKE {
        for changes in [
            vec![add(ENTRY, 4096)],
            vec![set(BASE, 1)],
            vec![set(PHDR, 0)],
            vec![set(ENTRY, 0)],
        ] {
            launcher
                .launch(&changes, &["/t/main"], envp)
                .assert_ran("handed over\n", &changes.join(" "));
        }
    }
}

#[test]
fn a_stack_that_does_not_say_that_it_is_not_secure_is() {
    let launcher = Launcher::new();
    let refused = "loader /run/current-system/sw/share/nix-ld/lib/ld.so: No such file or directory";
    for changes in [
        vec![drop(SECURE)],
        vec![set(SECURE, 1)],
        vec![add(SECURE, 1)],
        vec![set(SECURE, 1 << 40)],
    ] {
        for envp in FAKE {
            launcher
                .launch(&changes, &["/t/main"], envp)
                .assert_refused(refused, &changes.join(" "));
        }
    }
}

#[test]
fn the_program_is_named_by_what_there_is() {
    let launcher = Launcher::new();
    let envp = &["NIX_LD=/nothing"];
    let no_name = [vec![drop(EXECFN)], vec![set(EXECFN, 0)]];
    launcher
        .launch(&[], &["name"], envp)
        .assert_refused("cannot run /t/main: loader /nothing: ", "its path");
    for changes in no_name {
        launcher
            .launch(&changes, &["name"], envp)
            .assert_refused("cannot run name: loader /nothing: ", "argv[0]");
        launcher
            .launch(&changes, &[], envp)
            .assert_refused("cannot run the program: loader /nothing: ", "nothing");
    }
}

#[test]
fn no_arguments_at_all() {
    let launcher = Launcher::new();
    for envp in REAL {
        launcher
            .launch(&[], &[], envp)
            .assert_ran("runs\n", "argc 0");
    }
    let help = launcher.launch(&["direct".into()], &[], &[]);
    assert_eq!((help.status, help.signal), (Some(0), None), "{help:?}");
    assert!(
        String::from_utf8_lossy(&help.stdout).contains("none: no loader was found"),
        "{help:?}"
    );
    let libraries = format!("NIX_LD_LIBRARY_PATH={NLD}");
    let run = launcher.launch(&["direct".into()], &["ld.so", "/t/main"], &[&libraries]);
    run.assert_ran("runs\n", "started directly");
}
