//! biome, from npm: a Rust program that starts many threads.

use crate::common::{Plan, TestRoot};
use crate::fetched;

pub fn formats_a_file(plan: Plan) {
    let mut root = TestRoot::new(plan);
    root.set("HOME", "/tmp");
    let biome = fetched::add(&mut root, "biome");
    root.assert_fails_without_stub(&biome);

    root.write("hello.js", "let  hello=  'hello'");
    root.run(&biome, &["format", "--write", "hello.js"]);
    assert_eq!(root.read("hello.js"), "let hello = \"hello\";\n");
}
