//! ruff, from PyPI: a Rust program that needs libgcc_s beside glibc.

use crate::common::{Plan, TestRoot};
use crate::fetched;

pub fn formats_a_file(plan: Plan) {
    let mut root = TestRoot::new(plan);
    let ruff = fetched::add(&mut root, "ruff");
    root.assert_fails_without_stub(&ruff);

    root.write("hello.py", "def hello( ):\n  print( 'hello' )\n");
    root.run(&ruff, &["format", "--no-cache", "hello.py"]);
    assert_eq!(
        root.read("hello.py"),
        "def hello():\n    print(\"hello\")\n"
    );
}
