//! Programs that start themselves through `/proc/self/exe`, which is the program's file and not the stub's, and
//! programs at fixed addresses (`setarch -R`).

use crate::common::{Plan, TestRoot};
use crate::compile::compile;
use crate::host::Host;

fn starts_itself(plan: Plan, means: &str) {
    let root = TestRoot::new(plan);
    compile("spawns.c", &root.outside("spawns"), &[]);
    root.assert_fails_without_stub("/tmp/spawns");
    let text = root.run("/tmp/spawns", &[means]);
    assert_eq!(
        text,
        format!("{means} /tmp/spawns unset\nchild /tmp/spawns unset\n")
    );
}

pub fn by_exec(plan: Plan) {
    starts_itself(plan, "exec");
}

pub fn by_posix_spawn(plan: Plan) {
    starts_itself(plan, "spawn");
}

pub fn by_vfork(plan: Plan) {
    starts_itself(plan, "vfork");
}

pub fn without_randomization(plan: Plan) {
    let host = Host::new(plan);
    let program = host.program("spawns.c", &[]);
    let text = host.succeed("setarch", &["x86_64", "-R", &program, "exec"]);
    assert_eq!(
        text,
        format!("exec {program} unset fixed\nchild {program} unset fixed\n")
    );
    let control = host.succeed(&program, &["exec"]);
    assert!(!control.contains("fixed"), "{control}");
}
