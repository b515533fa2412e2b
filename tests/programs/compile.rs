//! The C and C++ programs in `sources/`, for what no downloaded program shows on its own.

use std::path::Path;
use std::process::Command;

/// Compiles `source` to `output`, both with the host's compiler and for its loader's path. `args`
/// come last, where libraries to link have to be.
pub fn compile(compiler: &str, source: &str, output: &Path, args: &[&str]) {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/sources");
    let mut command = Command::new(compiler);
    command
        .args(["-O1", "-Wall", "-Werror", "-o"])
        .arg(output)
        .arg(source)
        .args(args);
    let done = command.current_dir(sources).output();
    let done = done.unwrap_or_else(|error| panic!("cannot run {compiler}: {error}"));
    assert!(
        done.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// The same for a shared library.
pub fn compile_library(compiler: &str, source: &str, output: &Path, args: &[&str]) {
    compile(
        compiler,
        source,
        output,
        &[&["-shared", "-fPIC"], args].concat(),
    );
}
