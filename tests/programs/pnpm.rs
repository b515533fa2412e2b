//! pnpm, from npm: a single-file executable. Its JavaScript is appended to a Node.js, which finds
//! it by opening its own file.

use crate::common::{Plan, TestRoot};
use crate::fetched;

pub fn installs_a_package(plan: Plan) {
    let mut root = TestRoot::new(plan);
    root.set("HOME", "/tmp");
    let pnpm = fetched::add(&mut root, "pnpm");
    root.assert_fails_without_stub(&pnpm);

    root.write(
        "library/package.json",
        r#"{ "name": "library", "version": "1.2.3" }"#,
    );
    root.write("library/index.js", "module.exports = 'from the library';");
    root.write(
        "application/package.json",
        r#"{ "name": "application", "version": "1.0.0", "dependencies": { "library": "file:../library" } }"#,
    );
    root.run(&pnpm, &["--dir", "application", "install", "--offline"]);
    let installed = root.read("application/node_modules/library/index.js");
    assert_eq!(installed, "module.exports = 'from the library';");
}
