//! Programs that need no loader: with and without the stub it is all the same to them.

use crate::common::{Plan, TestRoot};
use crate::compile::compile;

pub fn needs_no_loader(plan: Plan) {
    let root = TestRoot::new(plan);
    compile("spawns.c", &root.outside("spawns"), &["-static-pie"]);
    let [with, without] = [
        root.output("/tmp/spawns", &["spawn"]),
        root.output_without_stub("/tmp/spawns", &["spawn"]),
    ];
    for output in [with, without] {
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(text, "spawn /tmp/spawns unset\nchild /tmp/spawns unset\n");
    }

    // The control: the same program with libraries.
    compile("spawns.c", &root.outside("spawns"), &["-pie"]);
    root.assert_fails_without_stub("/tmp/spawns");
}
