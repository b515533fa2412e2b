//! Virtual machines: Debian 12's kernel, with a root of the tests' own, in QEMU.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::{NamedTempFile, TempPath};

use super::target;

mod archive;

pub use archive::Archive;

const QEMU: &str = "qemu-system-x86_64";

/// How a machine is started.
pub struct Machine {
    /// The size of its memory. The root is part of it.
    pub mebibytes: u32,
    /// After how many seconds it is stopped, ready or not.
    pub seconds: u32,
    /// What the kernel's command line has besides what every machine needs.
    pub kernel_arguments: String,
}

/// What the first process says of something that it was to run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// `exit STATUS` or `signal NUMBER`
    pub ending: String,
    /// What it printed, to standard output and standard error.
    pub printed: String,
}

impl Machine {
    /// Starts it with this root, and returns what is on its console when it has ended.
    pub fn console(&self, root: Archive) -> String {
        let root = write(root);
        let mut machine = Command::new("timeout");
        machine.args(["--kill-after=5", &self.seconds.to_string(), QEMU]);
        machine
            .args(self.arguments(&root))
            .args(["-serial", "stdio"]);
        let output = machine.stdin(Stdio::null()).output();
        let output = output.expect("timeout can be started");
        let console = String::from_utf8_lossy(&output.stdout).replace('\r', "");
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{machine:?}: {}\n{messages}{console}",
            output.status
        );
        console
    }

    /// Starts it with this root, and this process's terminal as its console. Ctrl-A X stops it.
    pub fn interact(&self, root: Archive) {
        let root = write(root);
        let mut machine = Command::new(QEMU);
        machine
            .args(self.arguments(&root))
            .args(["-serial", "mon:stdio"]);
        let status = machine.status().expect("QEMU can be started");
        assert!(status.success(), "{machine:?}: {status}");
    }

    fn arguments(&self, root: &Path) -> Vec<String> {
        let kernel = target().join("kernel/vmlinuz");
        assert!(
            kernel.exists(),
            "{}: missing; run `cargo xtask fetch` first",
            kernel.display()
        );
        // Not the processor's own virtual machines: not every machine has them, nor every user.
        let always = "-accel tcg -machine pc -cpu max -nodefaults -display none -no-reboot";
        let mut arguments: Vec<String> = always.split(' ').map(str::to_owned).collect();
        let mut add = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
        add("-m", self.mebibytes.to_string());
        add("-kernel", kernel.display().to_string());
        add("-initrd", root.display().to_string());
        // If the kernel gives up, the machine ends at once.
        let console = "console=ttyS0 quiet panic=-1";
        add("-append", format!("{console} {}", self.kernel_arguments));
        arguments
    }
}

/// Writes a root into a file of its own.
fn write(root: Archive) -> TempPath {
    let file = NamedTempFile::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary file");
    fs::write(&file, root.finish()).expect("the root can be written");
    file.into_temp_path()
}

/// Finds on the console what lies between the lines `WHAT` and `WHAT: ENDING`.
pub fn outcome(console: &str, what: &str) -> Outcome {
    let (begin, end) = (format!("{what}\n"), format!("{what}: "));
    let found = console
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(&end));
    let (printed, rest) = found.unwrap_or_else(|| panic!("no {what}:\n{console}"));
    let ending = rest.lines().next().unwrap_or_default();
    Outcome {
        ending: ending.to_owned(),
        printed: printed.to_owned(),
    }
}
