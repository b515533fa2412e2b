//! Counts of what a start costs on another architecture, exactly repeatable: by a plugin of QEMU, `counts.c`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{platform, target};

/// What a loader does of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Counts {
    /// Instructions executed in it, the trampoline's too.
    pub instructions: u64,
    /// System calls that it makes.
    pub calls: u64,
}

/// A command that runs `program`, for another architecture, in QEMU, with these variables and no others.
/// Its loader's first instruction is at `entry`, and it takes `size` bytes of memory. `out` gets the counts.
pub fn command(
    program: &OsStr,
    environment: &[(&str, &str)],
    (entry, size): (u64, u64),
    out: &Path,
) -> Command {
    let plugin = plugin().display();
    let arguments = format!("{plugin},entry={entry},size={size},out={}", out.display());
    let mut command = Command::new(format!("/usr/bin/qemu-{}", platform().qemu));
    command.arg("-plugin").arg(arguments).arg(program);
    command.env_clear().envs(environment.iter().copied());
    command
}

/// Reads what the plugin has written.
pub fn read(out: &Path) -> Counts {
    let text = fs::read_to_string(out).expect("the plugin's counts");
    let mut numbers = text.split_whitespace().map(|number| number.parse());
    let mut next = || numbers.next().expect("two numbers").expect("a number");
    Counts {
        instructions: next(),
        calls: next(),
    }
}

fn plugin() -> &'static Path {
    static PLUGIN: OnceLock<PathBuf> = OnceLock::new();
    PLUGIN.get_or_init(|| {
        let plugin = target().join("tmp/counts.so");
        let mut compiler = Command::new("cc");
        compiler
            .args(["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o"])
            .arg(&plugin);
        compiler.arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/common/counts.c"
        ));
        assert!(compiler.status().expect("a C compiler").success());
        plugin
    })
}
