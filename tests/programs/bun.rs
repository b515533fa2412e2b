//! Bun, from npm: a JavaScript runtime at a fixed address, and the executables it makes, which are
//! a copy of itself with a payload appended.

use std::fs;

use crate::common::{Plan, TestRoot};
use crate::fetched;

pub fn starts_itself_through_proc_self_exe(plan: Plan) {
    let (root, bun) = root_with_bun(plan);
    root.assert_fails_without_stub(&bun);

    let script = "const child = Bun.spawnSync(['/proc/self/exe', '-e', 'console.log(6 * 7)']);
                  console.log(child.exitCode, child.stdout.toString().trim());";
    assert_eq!(root.run(&bun, &["-e", script]), "0 42\n");
}

pub fn compiles_an_executable_with_an_appended_payload(plan: Plan) {
    let (root, bun) = root_with_bun(plan);
    root.write(
        "answer.ts",
        "const answer: number = 6 * 7; console.log(answer, process.argv[2]);",
    );
    root.run(
        &bun,
        &["build", "--compile", "answer.ts", "--outfile", "answer"],
    );
    let [runtime, executable] = [
        fetched::folder("bun").join("bin/bun"),
        root.outside("answer"),
    ]
    .map(|path| fs::metadata(path).expect("an executable").len());
    assert!(
        executable > runtime,
        "{executable} bytes, without a payload: {runtime}"
    );

    root.assert_fails_without_stub("/tmp/answer");
    assert_eq!(root.run("/tmp/answer", &["argument"]), "42 argument\n");
}

fn root_with_bun(plan: Plan) -> (TestRoot, String) {
    let mut root = TestRoot::new(plan);
    root.set("HOME", "/tmp");
    let bun = fetched::add(&mut root, "bun");
    (root, bun)
}
