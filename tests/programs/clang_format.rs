//! clang-format, from PyPI: a C++ program that needs libstdc++ and has a RUNPATH with `$ORIGIN`.

use crate::common::{Plan, TestRoot};
use crate::fetched;

pub fn formats_a_file(plan: Plan) {
    let mut root = TestRoot::new(plan);
    let clang_format = fetched::add(&mut root, "clang-format");
    root.assert_fails_without_stub(&clang_format);

    root.write("hello.cc", "int main ( ) {return   0 ;}\n");
    root.run(&clang_format, &["-i", "--style=LLVM", "hello.cc"]);
    assert_eq!(root.read("hello.cc"), "int main() { return 0; }\n");
}
