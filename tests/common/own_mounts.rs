//! Commands whose mounts nobody else sees.

use std::process::Command;

/// Runs a shell script in which `"$@"` is the command, with the command's variables. It is root for itself, and may mount.
pub fn with_own_mounts(command: &Command, script: &str) -> Command {
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount"]);
    unshare.args(["sh", "-c", script, "sh"]);
    unshare.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => unshare.env(name, value),
            None => unshare.env_remove(name),
        };
    }
    unshare
}
