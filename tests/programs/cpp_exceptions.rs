//! A C++ program that catches what a library throws: the unwinder must find both among the objects
//! that the real loader has loaded.

use crate::common::{Plan, TestRoot};
use crate::compile::{compile, compile_library};

pub fn cross_a_library(plan: Plan) {
    let root = TestRoot::new(plan);
    let library = root.outside("libthrow.so");
    compile_library("g++", "throw.cc", &library, &["-Wl,-soname,libthrow.so"]);
    let library = library.to_str().expect("a UTF-8 path");
    compile(
        "g++",
        "catch.cc",
        &root.outside("catch"),
        &[library, "-Wl,-rpath,$ORIGIN"],
    );
    root.assert_fails_without_stub("/tmp/catch");

    assert_eq!(root.run("/tmp/catch", &[]), "caught: thrown in a library\n");
}
