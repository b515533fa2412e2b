//! uv, from PyPI: a Rust program that starts other foreign programs, here a Python from Debian.

use crate::common::{Plan, TestRoot};
use crate::fetched;

pub fn builds_and_installs_a_wheel(plan: Plan) {
    let mut root = TestRoot::new(plan);
    root.set("HOME", "/tmp");
    let uv = fetched::add(&mut root, "uv");
    let python = fetched::add(&mut root, "python");
    root.assert_fails_without_stub(&uv);

    root.write(
        "hello/pyproject.toml",
        "[project]
name = 'hello'
version = '1.0'
[project.scripts]
hello = 'hello:main'
[build-system]
requires = ['uv_build']
build-backend = 'uv_build'
",
    );
    root.write(
        "hello/src/hello/__init__.py",
        "def main():\n    print('hello from', __file__)\n",
    );

    root.run(&uv, &["venv", "--offline", "--python", &python, "venv"]);
    let build = [
        "build",
        "--offline",
        "--wheel",
        "--python",
        "venv/bin/python",
        "hello",
    ];
    root.run(&uv, &build);
    let wheel = "hello/dist/hello-1.0-py3-none-any.whl";
    root.run(
        &uv,
        &[
            "pip",
            "install",
            "--offline",
            "--python",
            "venv/bin/python",
            wheel,
        ],
    );

    // A script of the new environment; its interpreter is the foreign Python.
    root.assert_fails_without_stub("/tmp/venv/bin/hello");
    let module = "/tmp/venv/lib/python3.11/site-packages/hello/__init__.py";
    assert_eq!(
        root.run("/tmp/venv/bin/hello", &[]),
        format!("hello from {module}\n")
    );
}
