//! CMake and Ninja, from PyPI, and GCC, from Debian: programs that start each other, and at last a
//! program that did not exist before.
//!
//! CMake starts Ninja, which starts the GCC driver, which starts the compiler, the assembler and the
//! linker; CTest starts the program that they made. Each of them goes through the stub.

use crate::common::{Plan, TestRoot};
use crate::fetched;

pub fn configures_builds_and_tests_a_project(plan: Plan) {
    let mut root = TestRoot::new(plan);
    let cmake = fetched::add(&mut root, "cmake");
    let ninja = fetched::add(&mut root, "ninja");
    let gcc = fetched::add(&mut root, "gcc");
    // Ninja runs its commands by /bin/sh.
    root.add_shell();
    root.set("PATH", "/w/gcc/usr/bin");
    for program in [&cmake, &ninja, &gcc] {
        root.assert_fails_without_stub(program);
    }

    root.write(
        "CMakeLists.txt",
        include_str!("sources/project/CMakeLists.txt"),
    );
    root.write("answer.c", include_str!("sources/project/answer.c"));
    root.write("main.c", include_str!("sources/project/main.c"));
    let make_program = format!("-DCMAKE_MAKE_PROGRAM={ninja}");
    let compiler = format!("-DCMAKE_C_COMPILER={gcc}");
    let configure = [
        "-S",
        ".",
        "-B",
        "build",
        "-G",
        "Ninja",
        "-DCMAKE_SYSROOT=/w/gcc",
    ];
    root.run(
        &cmake,
        &[&configure[..], &[&make_program, &compiler]].concat(),
    );
    root.run(&cmake, &["--build", "build"]);

    root.assert_fails_without_stub("/tmp/build/main");
    assert_eq!(root.run("/tmp/build/main", &[]), "the answer is 42\n");
    let ctest = cmake.replace("bin/cmake", "bin/ctest");
    let report = root.run(&ctest, &["--test-dir", "build"]);
    assert!(report.contains("100% tests passed out of 1"), "{report}");
}
