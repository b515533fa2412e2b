//! Those who ask `/sbin/ldconfig -p`: Python's ctypes, Prisma, and the commands of triton and of VS Code's server. Nobody else is
//! at that path in these roots, and none of them can be told another one.

use crate::common::{Plan, TestRoot, store_path};
use crate::compile::compile_library;
use crate::fetched;

/// A root with `ldshim` at `/sbin/ldconfig`, and the library environment where a system has it: Python asks with no variable
/// set.
fn root(plan: Plan) -> TestRoot {
    let mut root = without_ldconfig(plan);
    root.bind(env!("CARGO_BIN_EXE_ldshim").as_ref(), "/sbin/ldconfig");
    let environment = root.outside("../nld");
    root.bind(&environment, "/run/current-system/sw/share/nix-ld/lib");
    root
}

/// With the tools that scripts need.
fn without_ldconfig(plan: Plan) -> TestRoot {
    let mut root = TestRoot::new(plan);
    let busybox = store_path("busybox-static").join("bin/busybox");
    for tool in ["sh", "sed", "grep", "sort", "awk", "head", "readlink"] {
        root.bind(&busybox, format!("/bin/{tool}"));
    }
    root.set("PATH", "/bin:/sbin");
    root
}

pub fn ctypes_finds_libraries(plan: Plan) {
    let script = "
import ctypes, ctypes.util
for name in ['z', 'ssl', 'stdc++', 'c', 'nothing']:
    found = ctypes.util.find_library(name)
    print(name, found, found and bool(ctypes.CDLL(found)))
";
    let mut root = root(plan);
    let python = fetched::add(&mut root, "python");
    assert_eq!(
        root.run(&python, &["-c", script]),
        "z libz.so.1 True\nssl libssl.so.3 True\nstdc++ libstdc++.so.6 True\nc libc.so.6 True\nnothing None None\n"
    );
    let mut root = without_ldconfig(plan);
    let python = fetched::add(&mut root, "python");
    let printed = root.run(&python, &["-c", script]);
    assert!(printed.starts_with("z None None\n"), "{printed}");
}

/// Which of its query engines Prisma downloads hangs on the version of OpenSSL.
pub fn prisma_sees_the_version_of_openssl(plan: Plan) {
    let libssl = |mut root: TestRoot| {
        let node = fetched::add(&mut root, "node");
        fetched::add_at(
            &mut root,
            "prisma-get-platform",
            "/w/node_modules/@prisma/get-platform",
        );
        fetched::add_at(&mut root, "prisma-debug", "/w/node_modules/@prisma/debug");
        root.set("NODE_PATH", "/w/node_modules");
        root.set("HOME", "/tmp");
        root.write(
            "platform.js",
            "const { getPlatformInfo } = require('@prisma/get-platform');
             getPlatformInfo().then((it) => console.log(it.libssl));",
        );
        root.run(&node, &["platform.js"])
    };
    assert_eq!(libssl(root(plan)), "3.0.x\n");
    assert_eq!(libssl(without_ldconfig(plan)), "undefined\n");
}

/// triton's wheel is too big for a test. This is what its `libcuda_dirs` asks, and what it makes of the answer: folders of
/// the last words of lines that have `libcuda.so.1` in them.
pub fn triton_finds_the_driver(plan: Plan) {
    let mut root = root(plan);
    let python = fetched::add(&mut root, "python");
    let script = "
import os, subprocess
answer = subprocess.check_output(['/sbin/ldconfig', '-p']).decode(errors='ignore')
files = [line.split()[-1] for line in answer.splitlines() if 'libcuda.so.1' in line]
print([os.path.dirname(it) for it in files], [os.path.exists(it) for it in files])
";
    let driver = root.outside("libcuda.so.1");
    let soname = ["-Wl,-soname,libcuda.so.1"];
    compile_library("cc", "ask.c", &driver, &soname);
    root.set(
        "NIX_LD_LIBRARY_PATH",
        format!("{}:/tmp", plan.library_env()),
    );
    assert_eq!(root.run(&python, &["-c", script]), "['/tmp'] [True]\n");
}

/// What the check of VS Code's server asks, step by step: which libstdc++ and which libc, and their versions.
pub fn vs_codes_check_finds_the_c_libraries(plan: Plan) {
    let root = root(plan);
    let script = "
for name in libstdc++.so.6 libc.so.6; do
    path=$(/sbin/ldconfig -p | grep \"$name\" | grep 'x86-64' | awk '{print $NF}' | head -n1)
    real=$(readlink -f \"$path\")
    [ -f \"$real\" ] || exit 1
    echo \"$name\"
    case $name in libc.*) \"$real\" --version | sed -n 's/.*stable release version \\([0-9]*\\)\\..*/\\1/p' ;; esac
done
";
    assert_eq!(
        root.run("/bin/sh", &["-c", script]),
        "libstdc++.so.6\nlibc.so.6\n2\n"
    );
}
