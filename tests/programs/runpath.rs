//! A program with a bundled library, found through a RUNPATH with `$ORIGIN`, where the library
//! environment has another library of the same name.
//!
//! With the cache plan the bundled one wins, as it does on other systems. With the environment plan
//! it does not, because LD_LIBRARY_PATH comes before RUNPATH: that the library environment does have
//! the other one is what that shows.

use std::fs;

use crate::common::{Plan, TestRoot};
use crate::compile::{compile, compile_library};

pub fn bundled_library_is_not_shadowed_with_the_cache_plan(plan: Plan) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let system = folder.path().join("libwhich.so.1");
    let soname = "-Wl,-soname,libwhich.so.1";
    compile_library(
        "cc",
        "which.c",
        &system,
        &[soname, "-DWHICH=\"the system's\""],
    );

    let root = TestRoot::with_library(plan, &system);
    fs::create_dir_all(root.outside("program/lib")).expect("a folder");
    let bundled = root.outside("program/lib/libwhich.so.1");
    compile_library(
        "cc",
        "which.c",
        &bundled,
        &[soname, "-DWHICH=\"the bundled one\""],
    );
    let bundled = bundled.to_str().expect("a UTF-8 path");
    let runpath = "-Wl,--enable-new-dtags,-rpath,$ORIGIN/lib";
    compile(
        "cc",
        "ask.c",
        &root.outside("program/ask"),
        &[bundled, runpath],
    );
    root.assert_fails_without_stub("/tmp/program/ask");

    let expected = match plan {
        Plan::Cache => "the bundled one: /tmp/program/lib/libwhich.so.1\n",
        Plan::Environment => "the system's: /w/library/libwhich.so.1\n",
    };
    assert_eq!(root.run("/tmp/program/ask", &[]), expected);
}
