//! NixOS's stub-ld, as it stands where programs look for their loader unless something else is set up there.

use std::path::Path;
use std::process::Command;

/// Compiles a program that says what stub-ld says.
pub fn compile(into: &Path) {
    let mut cc = Command::new("cc");
    cc.args([
        "-nostdlib",
        "-ffreestanding",
        "-fno-builtin",
        "-fno-stack-protector",
    ]);
    cc.args(["-static", "-o"]).arg(into);
    cc.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/stub_ld.c"));
    let status = cc.status().expect("a C compiler");
    assert!(status.success());
}
