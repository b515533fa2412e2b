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
        let result = match geteuid().is_root() {
            true => enter_namespaces().and_then(|()| register(platform())),
            false => register_as_user(platform()),
        };
        result.unwrap_or_else(|error| {
            panic!(
                "cannot emulate {}: {error:#}; it takes Linux 6.7",
                platform().name
            )
        });
    }
}

/// Enters QEMU into a table without being root: only root of a user namespace may write to its table, so this process is
/// that first, and then itself again in a namespace within, which uses the table of the one around it.
fn register_as_user(platform: &Platform) -> Result<()> {
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    enter_namespace_as([(0, user), (0, group)])?;
    register(platform)?;
    enter_namespace_as([(user, 0), (group, 0)])
}

/// Moves into a user and a mount namespace in which this process has another user id and group id: pairs of the id inside
/// and the id outside.
fn enter_namespace_as([user, group]: [(u32, u32); 2]) -> Result<()> {
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS).context("no user namespace")?;
    let map = |(inside, outside): (u32, u32)| format!("{inside} {outside} 1");
    let files = [
        ("setgroups", "deny".to_owned()),
        ("uid_map", map(user)),
        ("gid_map", map(group)),
    ];
    for (file, text) in files {
        let file = format!("/proc/self/{file}");
        fs::write(&file, text).with_context(|| format!("cannot write {file}"))?;
    }
    Ok(())
}

/// Moves into a user and a mount namespace in which root's user and group ids stay as they are.
fn enter_namespaces() -> Result<()> {
    let map = |file: &str| -> Result<String> {
        let own = fs::read_to_string(file)?;
        let line = own.lines().next().context("there is no id map")?;
        let count = line.split_whitespace().last().context("an odd id map")?;
        Ok(format!("0 0 {count}"))
    };
    let (users, groups) = (map("/proc/self/uid_map")?, map("/proc/self/gid_map")?);
    // Such maps are for a process outside of the namespace to write.
    let script = format!(
        "set -e; read line; echo {users} >/proc/$1/uid_map; echo {groups} >/proc/$1/gid_map"
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
