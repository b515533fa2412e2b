//! Programs of another architecture, run by QEMU as if the kernel could run them.
//!
//! Linux has a table of interpreters of binary files per user namespace (binfmt_misc, since Linux 6.7). The tests
//! move into a user namespace of their own, and enter QEMU into its table. So nothing outside of the tests
//! changes, and programs, their children and setuid programs are executed as usual.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};

use super::platform::{Platform, platform};

/// Where the table is.
const TABLE: &str = "/proc/sys/fs/binfmt_misc";

/// Sees to it that this process can execute programs of the tests' platform. To be called before there are
/// threads.
pub fn emulate() {
    if platform().needs_emulation() {
        let result = enter_namespaces().and_then(|()| register(platform()));
        result.unwrap_or_else(|error| {
            panic!(
                "cannot emulate {}: {error:#}; it takes Linux 6.7",
                platform().name
            )
        });
    }
}

/// Moves into a user and a mount namespace. All user and group ids stay as they are, if the caller is root, and
/// else the caller's own.
fn enter_namespaces() -> Result<()> {
    let is_root = geteuid().is_root();
    let map = |id: u32, file: &str| -> Result<String> {
        if !is_root {
            return Ok(format!("{id} {id} 1"));
        }
        let own = fs::read_to_string(file)?;
        let line = own.lines().next().context("there is no id map")?;
        let count = line.split_whitespace().last().context("an odd id map")?;
        Ok(format!("0 0 {count}"))
    };
    let users = map(geteuid().as_raw(), "/proc/self/uid_map")?;
    let groups = map(getegid().as_raw(), "/proc/self/gid_map")?;
    let deny = if is_root {
        ""
    } else {
        "echo deny >/proc/$1/setgroups;"
    };
    // Such maps are for a process outside of the namespace to write.
    let script = format!(
        "set -e; read line; {deny} echo {users} >/proc/$1/uid_map; echo {groups} >/proc/$1/gid_map"
    );
    let mut helper = Command::new("sh")
        .args(["-c", &script, "sh", &std::process::id().to_string()])
        .stdin(Stdio::piped())
        .spawn()?;
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS).context("no user namespace")?;
    let mut stdin = helper
        .stdin
        .take()
        .context("the helper has a standard input")?;
    stdin.write_all(b"go\n")?;
    ensure!(helper.wait()?.success(), "the id maps cannot be written");
    Ok(())
}

/// Enters the platform's QEMU into the table: Documentation/admin-guide/binfmt-misc.rst of Linux.
fn register(platform: &Platform) -> Result<()> {
    let qemu = format!("/usr/bin/qemu-{}-static", platform.qemu);
    ensure!(Path::new(&qemu).exists(), "there is no {qemu}");
    let none = None::<&str>;
    mount(none, TABLE, Some("binfmt_misc"), MsFlags::empty(), none)
        .context("no table of its own for a user namespace")?;
    // The first bytes of the real loader are those of every program, but for its OS ABI and type.
    let mut magic = fs::read(platform.loader())?;
    magic.truncate(20);
    let mut mask = [0xff; 20];
    mask[7..16].fill(0);
    mask[16] = 0xfe; // ET_EXEC is 2, ET_DYN 3
    let escape = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("\\x{byte:02x}"))
            .collect::<String>()
    };
    // P: argv[0] stays. O, C: setuid programs are. F: QEMU is opened now, for roots do not have it.
    let (magic, mask) = (escape(&magic), escape(&mask));
    let line = format!(":qemu-{}:M::{magic}:{mask}:{qemu}:POCF", platform.name);
    fs::write(format!("{TABLE}/register"), line).context("QEMU is not accepted")
}
