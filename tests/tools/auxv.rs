//! `/proc/self/auxv`: the kernel goes on to say that the stub is the loader. Who asks the C library, or walks
//! past the environment, sees the real one. All other entries are the same.

use crate::common::{Plan, TestRoot, store_path};
use crate::compile::compile;

pub fn kernel_says_the_stub_and_the_library_says_the_real_loader(plan: Plan) {
    let root = TestRoot::new(plan);
    compile("auxv.c", &root.outside("auxv"), &[]);
    let loader = store_path("libc6").join("lib/ld-linux-x86-64.so.2");
    let loader = loader.canonicalize().expect("a loader");
    let expected = format!("{}\n/lib64/ld-linux-x86-64.so.2\n", loader.display());
    assert_eq!(root.run("/tmp/auxv", &[]), expected);
}
