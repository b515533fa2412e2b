//! Node.js, from PyPI: a C++ program with a just-in-time compiler and threads. `sharp.rs` has it
//! load a native addon.

use crate::common::{Plan, TestRoot};
use crate::fetched;

pub fn hashes_and_compresses(plan: Plan) {
    let mut root = TestRoot::new(plan);
    let node = fetched::add(&mut root, "node");
    root.assert_fails_without_stub(&node);

    root.write(
        "hash.js",
        "const { createHash } = require('node:crypto');
         const { gzipSync, gunzipSync } = require('node:zlib');
         const text = gunzipSync(gzipSync('abc'));
         console.log(createHash('sha256').update(text).digest('hex'));",
    );
    let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n";
    assert_eq!(root.run(&node, &["hash.js"]), sum);
}

pub fn starts_itself_through_proc_self_exe(plan: Plan) {
    let mut root = TestRoot::new(plan);
    let node = fetched::add(&mut root, "node");
    root.assert_fails_without_stub(&node);

    // The child says who it is and what its environment is: the same as this process was given.
    root.write(
        "parent.js",
        "const { readlinkSync } = require('node:fs');
         const { execFileSync } = require('node:child_process');
         const child = 'console.log(process.execPath); console.log(JSON.stringify(process.env))';
         const [path, environment] = execFileSync('/proc/self/exe', ['-e', child]).toString().split('\\n');
         console.log(readlinkSync('/proc/self/exe') === process.execPath);
         console.log(path === process.execPath);
         console.log(environment === JSON.stringify(process.env));
         console.log(Object.keys(process.env).join(' '));",
    );
    let printed = root.run(&node, &["parent.js"]);
    let lines: Vec<_> = printed.lines().collect();
    let same_environment = "NIX_LD NIX_LD_LIBRARY_PATH";
    assert_eq!(lines, ["true", "true", "true", same_environment]);
}
