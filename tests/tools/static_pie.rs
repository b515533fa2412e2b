//! Programs that need no loader: with and without the stub it is all the same to them.

use crate::common::{Plan, TestRoot};
use crate::compile::compile;

pub fn needs_no_loader(plan: Plan) {
    let root = TestRoot::new(plan);
    compile("spawns.c", &root.outside("spawns"), &["-static-pie"]);
    let text = root.run("/tmp/spawns", &["spawn"]);
    assert_eq!(text, "spawn /tmp/spawns unset\nchild /tmp/spawns unset\n");
}
