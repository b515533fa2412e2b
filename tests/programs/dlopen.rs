//! A program that opens libraries by name when it already runs, directly and as what another
//! library needs.

use crate::common::{Plan, TestRoot};
use crate::compile::compile;

pub fn finds_the_library_environment(plan: Plan) {
    let root = TestRoot::new(plan);
    compile("cc", "open.c", &root.outside("open"), &["-ldl"]);
    root.assert_fails_without_stub("/tmp/open");

    // libssl needs libcrypto.
    let opened = root.run(
        "/tmp/open",
        &["libz.so.1", "libssl.so.3", "libmissing.so.1"],
    );
    assert_eq!(
        opened,
        "libz.so.1: opened\nlibssl.so.3: opened\nlibmissing.so.1: not found\n"
    );
}
