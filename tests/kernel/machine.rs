//! The virtual machine: starts cases on the old kernel and says how they ended.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::archive::Archive;
use crate::common::stub::target;

/// For all cases. A machine that nobody else uses needs a few seconds.
const SECONDS: &str = "300";

/// A program to be started: a line of `/cases`, see `init.c`.
pub struct Case {
    /// The path of the stub that is put in the place of the loader.
    pub stub: String,
    /// The path of the library environment.
    pub library_env: &'static str,
    /// The program and its arguments.
    pub command: Vec<&'static str>,
}

/// What became of a case.
#[derive(Debug)]
pub struct Outcome {
    /// `exit STATUS` or `signal NUMBER`
    pub ending: String,
    /// What the program wrote, to standard output and standard error.
    pub printed: String,
}

/// Starts the kernel with this root, which has `init.c` as `/init`. There is one outcome per case.
pub fn run(mut root: Archive, cases: &[Case]) -> Vec<Outcome> {
    let line = |case: &Case| {
        format!(
            "{} {} {}\n",
            case.stub,
            case.library_env,
            case.command.join(" ")
        )
    };
    let lines: String = cases.iter().map(line).collect();
    root.file(Path::new("/cases"), lines.as_bytes());
    let console = start(&root.finish());
    assert!(
        console.contains("end of cases"),
        "it ended early:\n{console}"
    );
    (0..cases.len())
        .map(|number| read(&console, number))
        .collect()
}

/// Starts the kernel, and returns what is on its console when it has ended.
fn start(archive: &[u8]) -> String {
    let kernel = target().join("kernel/vmlinuz");
    assert!(
        kernel.exists(),
        "{}: missing; run `cargo xtask fetch` first",
        kernel.display()
    );
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let root = folder.path().join("root.cpio");
    fs::write(&root, archive).expect("a file");

    let mut machine = Command::new("timeout");
    machine.args(["--kill-after=5", SECONDS, "qemu-system-x86_64"]);
    // Not the processor's own virtual machines: not every machine has them, nor every user.
    machine.args([
        "-accel", "tcg", "-machine", "pc", "-cpu", "max", "-m", "256",
    ]);
    machine.args([
        "-nodefaults",
        "-display",
        "none",
        "-serial",
        "stdio",
        "-no-reboot",
    ]);
    machine
        .arg("-kernel")
        .arg(&kernel)
        .arg("-initrd")
        .arg(&root);
    // If the kernel gives up, the machine ends at once.
    machine.args(["-append", "console=ttyS0 quiet panic=-1"]);
    let output = machine
        .stdin(Stdio::null())
        .output()
        .expect("timeout can be started");
    let console = String::from_utf8_lossy(&output.stdout).replace('\r', "");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{machine:?}: {}\n{messages}{console}",
        output.status
    );
    console
}

/// Finds a case on the console.
fn read(console: &str, number: usize) -> Outcome {
    let begin = format!("case {number}\n");
    let end = format!("case {number}: ");
    let found = console
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(&end));
    let (printed, rest) = found.unwrap_or_else(|| panic!("no case {number}:\n{console}"));
    let ending = rest.lines().next().unwrap_or_default();
    Outcome {
        ending: ending.to_owned(),
        printed: printed.to_owned(),
    }
}
