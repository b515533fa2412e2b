//! The C programs in `sources/`.

use std::path::Path;
use std::process::Command;

/// Compiles `source` to `output` with the host's compiler. `flags` come last, where libraries to link have
/// to be.
pub fn compile(source: &str, output: &Path, flags: &[&str]) {
    let mut command = Command::new("cc");
    command.args(["-g", "-O0", "-Wall", "-Werror", "-o"]);
    command.arg(output).arg(source).args(flags);
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/sources");
    let done = command.current_dir(sources).output();
    let done = done.expect("there is a C compiler");
    let messages = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {messages}");
}
