//! Sanitizers of gcc: AddressSanitizer wants its library to come first in the list of libraries, and
//! ThreadSanitizer starts the program once more if addresses are too random.

use std::path::PathBuf;
use std::process::Command;

use crate::common::{Plan, TestRoot};
use crate::compile::compile;

/// A library of the compiler.
fn library(name: &str) -> PathBuf {
    let mut cc = Command::new("cc");
    let output = cc.arg(format!("-print-file-name={name}")).output();
    let path = String::from_utf8(output.expect("there is a C compiler").stdout).expect("a path");
    let path = PathBuf::from(path.trim_end());
    assert!(path.is_absolute(), "the compiler has no {name}");
    path
}

fn run(plan: Plan, source: &str, kind: &str, soname: &str) -> [std::process::Output; 2] {
    let library = library(soname);
    let root = TestRoot::with_library(plan, &library);
    compile(
        source,
        &root.outside("program"),
        &[&format!("-fsanitize={kind}")],
    );
    root.assert_fails_without_stub("/tmp/program");
    [&[][..], &["wrongly"]].map(|args| root.output("/tmp/program", args))
}

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn address_sanitizer_finds_an_overflow(plan: Plan) {
    let [right, wrong] = run(plan, "heap.c", "address", "libasan.so.8");
    assert!(
        right.status.success() && right.stdout == b"1\n",
        "{}",
        stderr(&right)
    );
    assert!(
        stderr(&wrong).contains("heap-buffer-overflow"),
        "{}",
        stderr(&wrong)
    );
}

pub fn thread_sanitizer_finds_a_race(plan: Plan) {
    let [right, wrong] = run(plan, "race.c", "thread", "libtsan.so.2");
    assert!(
        right.status.success() && right.stdout == b"1\n",
        "{}",
        stderr(&right)
    );
    assert!(stderr(&wrong).contains("data race"), "{}", stderr(&wrong));
}
