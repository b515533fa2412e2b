//! Go: programs with cgo have a loader as C programs do, the others have none.

use std::path::Path;
use std::process::Command;

use crate::common::{Plan, TestRoot, target};

fn build(source: &str, output: &Path, cgo: &str) {
    let mut go = Command::new("go");
    go.args(["build", "-o"]).arg(output).arg(source);
    go.env("CGO_ENABLED", cgo)
        .env("GOFLAGS", "-mod=mod")
        .env("GO111MODULE", "off");
    go.env("GOCACHE", target().join("go-cache"));
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/sources");
    let done = go.current_dir(sources).output().expect("there is go");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

pub fn program_with_cgo_resolves_names_and_starts_itself(plan: Plan) {
    let mut root = TestRoot::new(plan);
    build("cgo.go", &root.outside("cgo"), "1");
    root.assert_fails_without_stub("/tmp/cgo");
    // With cgo, the C library looks users up.
    root.bind(Path::new("/etc/passwd"), "/etc/passwd");
    let text = root.run("/tmp/cgo", &[]);
    assert_eq!(text, "42\nfound\n42\n<nil>\n");
}

pub fn program_without_cgo_needs_no_loader(plan: Plan) {
    let root = TestRoot::new(plan);
    build("plain.go", &root.outside("plain"), "0");
    for output in [
        root.output("/tmp/plain", &[]),
        root.output_without_stub("/tmp/plain", &[]),
    ] {
        assert_eq!(output.stdout, b"1\n2\n<nil>\n", "{output:?}");
    }
}
