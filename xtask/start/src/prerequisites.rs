//! What must be on the machine before anything can be fetched, built and tested, in groups.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::advice::Advice;
use crate::{Network, apt, caller, nix_store};

/// What a task does with the machine's Nix store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// It puts something into it.
    Writable,
    /// It does without.
    Unused,
}

/// Something needed, and the Debian package that has it.
pub struct Prerequisite {
    need: Need,
    package: &'static str,
}

/// How to tell that a prerequisite is there.
enum Need {
    /// A command in PATH.
    Command(&'static str),
    /// A module of `python3`.
    PythonModule(&'static str),
    /// A header of the C compiler.
    Header(&'static str),
    /// A file at a fixed place.
    File(&'static str),
}

/// What the tests build with, beyond the C compiler that Rust needs as well.
#[rustfmt::skip]
pub const COMPILERS: &[Prerequisite] = &[
    Prerequisite { need: Need::Command("cc"), package: "gcc" },
    Prerequisite { need: Need::Command("g++"), package: "g++" },
    Prerequisite { need: Need::Command("musl-gcc"), package: "musl-tools" },
    Prerequisite { need: Need::Header("zlib.h"), package: "zlib1g-dev" },
];

/// What fetches programs from the Python Package Index.
#[rustfmt::skip]
pub const PYPI: &[Prerequisite] = &[
    Prerequisite { need: Need::Command("python3"), package: "python3" },
    Prerequisite { need: Need::PythonModule("pip"), package: "python3-pip" },
];

/// What fetches programs from the npm registry.
#[rustfmt::skip]
pub const NPM: &[Prerequisite] = &[
    Prerequisite { need: Need::Command("npm"), package: "npm" },
];

/// What builds a glibc from Debian's source.
#[rustfmt::skip]
pub const GLIBC_SOURCE: &[Prerequisite] = &[
    Prerequisite { need: Need::Command("dpkg-source"), package: "dpkg-dev" },
    Prerequisite { need: Need::Command("make"), package: "make" },
    Prerequisite { need: Need::Command("gawk"), package: "gawk" },
    Prerequisite { need: Need::Command("bison"), package: "bison" },
];

/// What builds other projects for their tests.
#[rustfmt::skip]
pub const PEERS: &[Prerequisite] = &[
    Prerequisite { need: Need::Command("g++"), package: "g++" },
    Prerequisite { need: Need::Command("make"), package: "make" },
    Prerequisite { need: Need::Command("autoconf"), package: "autoconf" },
    Prerequisite { need: Need::Command("automake"), package: "automake" },
];

/// What makes a Nix store of Debian packages.
#[rustfmt::skip]
pub const STORE: &[Prerequisite] = &[
    Prerequisite { need: Need::Command("apt-get"), package: "apt" },
    Prerequisite { need: Need::Command("dpkg-deb"), package: "dpkg" },
    Prerequisite { need: Need::Command("nix-build"), package: "nix-bin" },
];

/// What the tests look at programs with.
#[rustfmt::skip]
pub const INSPECTION: &[Prerequisite] = &[
    Prerequisite { need: Need::Command("readelf"), package: "binutils" },
    Prerequisite { need: Need::Command("strace"), package: "strace" },
    Prerequisite { need: Need::Command("setcap"), package: "libcap2-bin" },
    Prerequisite { need: Need::Command("eu-elflint"), package: "elfutils" },
];

/// What packages are installed and examined by.
#[rustfmt::skip]
pub const PACKAGES: &[Prerequisite] = &[
    Prerequisite { need: Need::Command("lintian"), package: "lintian" },
    Prerequisite { need: Need::Command("rpm"), package: "rpm" },
    Prerequisite { need: Need::Command("zstd"), package: "zstd" },
];

/// What builds and runs programs of other architectures: GCC and glibc for each; QEMU, without libraries for roots
/// that have none, and with them for its plugins; and a Rust that can build `core`.
#[rustfmt::skip]
pub const CROSS: &[Prerequisite] = &[
    Prerequisite { need: Need::Command("aarch64-linux-gnu-gcc"), package: "gcc-aarch64-linux-gnu" },
    Prerequisite { need: Need::Command("riscv64-linux-gnu-gcc"), package: "gcc-riscv64-linux-gnu" },
    Prerequisite { need: Need::Command("i686-linux-gnu-gcc"), package: "gcc-i686-linux-gnu" },
    Prerequisite { need: Need::File("/usr/aarch64-linux-gnu/include/stdio.h"), package: "libc6-dev-arm64-cross" },
    Prerequisite { need: Need::File("/usr/riscv64-linux-gnu/include/stdio.h"), package: "libc6-dev-riscv64-cross" },
    Prerequisite { need: Need::File("/usr/i686-linux-gnu/include/stdio.h"), package: "libc6-dev-i386-cross" },
    Prerequisite { need: Need::File("/usr/bin/qemu-aarch64"), package: "qemu-user" },
    Prerequisite { need: Need::File("/usr/bin/qemu-aarch64-static"), package: "qemu-user-static" },
    Prerequisite { need: Need::File("/usr/bin/rustc"), package: "rustc-web" },
    Prerequisite { need: Need::File("/usr/lib/rustlib/src/rust/library/core"), package: "rust-web-src" },
];

/// What the tests start other kernels with.
#[rustfmt::skip]
pub const MACHINE: &[Prerequisite] = &[
    Prerequisite { need: Need::Command("qemu-system-x86_64"), package: "qemu-system-x86" },
];

/// What the tests run foreign programs with, see `tests/tools/` and `tests/doctor/speakers.rs`.
#[rustfmt::skip]
pub const COMPANY: &[Prerequisite] = &[
    Prerequisite { need: Need::Command("ssh"), package: "openssh-client" },
    Prerequisite { need: Need::File("/usr/sbin/sshd"), package: "openssh-server" },
    Prerequisite { need: Need::Command("bwrap"), package: "bubblewrap" },
    Prerequisite { need: Need::Command("fish"), package: "fish" },
    Prerequisite { need: Need::Command("gdb"), package: "gdb" },
    Prerequisite { need: Need::Command("go"), package: "golang-go" },
    Prerequisite { need: Need::Command("make"), package: "make" },
    Prerequisite { need: Need::Command("perf"), package: "linux-perf" },
    Prerequisite { need: Need::Command("ruby"), package: "ruby" },
    Prerequisite { need: Need::Command("sudo"), package: "sudo" },
    Prerequisite { need: Need::Command("valgrind"), package: "valgrind" },
    Prerequisite { need: Need::Command("zsh"), package: "zsh" },
];

/// What shows the windows of large bundles.
#[rustfmt::skip]
pub const SCREEN: &[Prerequisite] = &[
    Prerequisite { need: Need::Command("Xvfb"), package: "xvfb" },
    Prerequisite { need: Need::Command("xwininfo"), package: "x11-utils" },
];

/// Everything that the tests use beyond Rust and a base system.
pub const ALL: &[&[Prerequisite]] = &[
    COMPILERS, PYPI, NPM, STORE, INSPECTION, PACKAGES, MACHINE, CROSS, COMPANY,
];

/// Makes sure that every prerequisite of these groups is there, and, if they are to make a
/// Nix store, that the caller may. As root on Debian and its relatives it installs what is missing.
///
/// # Errors
/// Something is missing and cannot be installed. The message says what `task` lacks, and has one line to paste.
pub fn ensure(
    task: &str,
    groups: &[&[Prerequisite]],
    store: Store,
    network: Network,
) -> Result<()> {
    let missing = missing(groups);
    let store_is_missing = store == Store::Writable && !nix_store::is_writable();
    if missing.is_empty() && !store_is_missing {
        return Ok(());
    }
    let advice = Advice {
        task,
        lacking: missing.iter().map(|one| one.need.name()).collect(),
        packages: missing.iter().map(|one| one.package).collect(),
        store_for: store_is_missing.then(caller::user_and_group).flatten(),
    };
    if network == Network::Forbidden || !caller::is_root() || !has_apt() {
        bail!(advice.text());
    }
    eprintln!(
        "installing what this machine lacks for `cargo xtask {task}`, which takes a minute or two: {}",
        advice.packages.join(" ")
    );
    apt::install(&advice.packages)?;
    let still = self::missing(groups);
    if !still.is_empty() {
        let names: Vec<_> = still.iter().map(|one| one.need.name()).collect();
        bail!(
            "the packages are installed, but this is still missing: {}",
            names.join(", ")
        );
    }
    Ok(())
}

/// Whether this system has Debian's packages.
pub fn has_apt() -> bool {
    Need::Command("apt-get").is_met()
}

fn missing<'a>(groups: &[&'a [Prerequisite]]) -> Vec<&'a Prerequisite> {
    let all = groups.iter().copied().flatten();
    all.filter(|one| !one.need.is_met()).collect()
}

impl Need {
    fn is_met(&self) -> bool {
        match self {
            // An ordinary user has none of root's commands in PATH, and the tests call those as root only.
            Need::Command(name) => {
                let path = env::var_os("PATH");
                path.is_some_and(|path| is_in(&path, name)) || is_in(OF_ROOT.as_ref(), name)
            }
            Need::PythonModule(name) => {
                succeeds(Command::new("python3").args(["-m", name, "--version"]))
            }
            Need::File(path) => Path::new(path).exists(),
            Need::Header(name) => {
                let source = format!("#include <{name}>");
                let script = format!("echo '{source}' | cc -E -x c -o /dev/null -");
                succeeds(Command::new("sh").args(["-c", &script]))
            }
        }
    }

    fn name(&self) -> String {
        match self {
            Need::Command(name) => (*name).to_owned(),
            Need::PythonModule(name) => format!("{name} of Python"),
            Need::Header(name) => format!("the header {name}"),
            Need::File(path) => (*path).to_owned(),
        }
    }
}

/// Where commands are that root alone needs, as PATH is written.
const OF_ROOT: &str = "/usr/sbin:/sbin";

/// Whether one of the directories in `path`, written as PATH is, has the file `command`.
fn is_in(path: &OsStr, command: &str) -> bool {
    env::split_paths(path).any(|directory| Path::new(&directory).join(command).is_file())
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_found_in_a_directory_of_path_only() {
        assert!(is_in(OsStr::new("/nonexistent:/bin:/usr/bin"), "sh"));
        assert!(!is_in(OsStr::new("/nonexistent"), "sh"));
        assert!(!is_in(OsStr::new("/bin:/usr/bin"), "no-such-command"));
    }

    #[test]
    fn a_header_that_does_not_exist_is_missing() {
        assert!(Need::Header("stdio.h").is_met());
        assert!(!Need::Header("no/such/header.h").is_met());
    }
}
