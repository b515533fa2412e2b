//! Programs that want unusual memory.

use std::os::unix::process::ExitStatusExt;

use crate::common::{Plan, TestRoot};
use crate::compile::compile;

pub fn thread_local_storage_may_be_huge(plan: Plan) {
    let root = TestRoot::new(plan);
    compile("memory.c", &root.outside("memory"), &[]);
    root.assert_fails_without_stub("/tmp/memory");
    assert_eq!(root.run("/tmp/memory", &[]), "2 2\n");
}

pub fn stack_may_be_executable(plan: Plan) {
    let root = TestRoot::new(plan);
    compile(
        "stack_code.c",
        &root.outside("program"),
        &["-Wl,-z,execstack"],
    );
    compile("stack_code.c", &root.outside("control"), &[]);
    assert_eq!(root.run("/tmp/program", &[]), "42\n");
    let control = root.output("/tmp/control", &[]);
    assert_eq!(control.status.signal(), Some(libc::SIGSEGV), "{control:?}");
}
