//! strace: shows what the stub does as well, and follows children.

use crate::common::{Plan, store_path};
use crate::host::Host;

pub fn follows_the_program_and_its_children(plan: Plan) {
    let host = Host::new(plan);
    let program = host.program("spawns.c", &[]);
    let text = host.succeed(
        "strace",
        &["-f", "-e", "trace=openat,execve", &program, "spawn"],
    );
    let child = format!("child {program} unset");
    assert!(text.contains(&child), "{text}");
    let loader = format!("\"{}/ld.so\"", plan.library_env());
    assert_eq!(
        text.matches(&loader).count(),
        2,
        "the stub opens the real loader twice: {text}"
    );
    let glibc = store_path("libc6");
    let libc = match plan {
        Plan::Cache => format!("{}/lib/libc.so.6", glibc.display()),
        Plan::Environment => format!("{}/libc.so.6", plan.library_env()),
    };
    assert_eq!(
        text.matches(&libc).count(),
        2,
        "the real loader opens {libc} twice: {text}"
    );
    assert!(text.ends_with("+++ exited with 0 +++\n"), "{text}");

    // The control: the host's loader, and no stub.
    let direct = host.program_with("/lib64/ld-linux-x86-64.so.2".as_ref(), "spawns.c", &[]);
    let control = host.succeed("strace", &["-f", "-e", "trace=openat", &direct, "spawn"]);
    assert!(
        !control.contains(&loader) && !control.contains(&libc),
        "{control}"
    );
}
