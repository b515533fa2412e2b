//! Where the commands of the documentation are run: a root like that of NixOS, with an ordinary home, a bash, and an address from
//! which an index can be got as from GitHub.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use ldshim::sandbox::Root;
use tempfile::TempDir;

use crate::common::{may_write_store, store_path, target, usual_umask};
use crate::nixos_like::{self, COMMANDS};

mod packages;
pub mod programs;
mod release;

use packages::Packages;
use release::{CERTIFICATE, Release};

/// The home, in the root.
pub const HOME: &str = "/home/alice";
/// What stands before the prompt, and no terminal shows.
pub const READY: &str = "\x1b]2;ready\x07";

/// See above.
pub struct Ground {
    folder: TempDir,
    root: Root,
    /// A bash, and the commands that everybody has.
    commands_of_shell: PathBuf,
    release: Option<Release>,
    pub packages: Packages,
}

impl Ground {
    /// Nothing is set up.
    pub fn new() -> Self {
        usual_umask();
        assert!(
            may_write_store(),
            "this needs root, Nix with its daemon, or a Nix store of one's own"
        );
        // Wherever the clone is: no path has a space in it.
        let folder = tempfile::Builder::new().prefix("docs").tempdir_in("/tmp");
        let folder = folder.expect("a temporary folder");
        let within = |name| folder.path().join(name);
        fs::create_dir(within("home")).expect("a folder");
        let commands = within("commands");
        nixos_like::write_commands(&commands);
        let shell = target().join("store-programs/core/result");
        let shell = shell.canonicalize().expect("`cargo xtask fetch` makes it");
        let user = nix::unistd::geteuid();
        let line = format!("alice:x:{user}:{user}::{HOME}:/bin/sh\n");
        fs::write(within("passwd"), line).expect("a file");
        let root = nixos_like::root(&commands)
            .bind(within("home"), HOME)
            .bind_read_only(within("passwd"), "/etc/passwd")
            .bind_read_only(nixos_like::tool(), "/tool");
        Self {
            folder,
            root,
            commands_of_shell: shell.join("bin"),
            release: None,
            packages: Packages::default(),
        }
    }

    /// The home, outside of the root.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Shows a file or folder at a place of the root.
    pub fn show(&mut self, source: &Path, place: &str) {
        self.root = self.root.clone().bind_read_only(source, place);
    }

    /// Puts a program into the home.
    pub fn program(&self, source: &Path, name: &str) {
        let program = self.home().join(name);
        fs::create_dir_all(program.parent().expect("a folder")).expect("a folder");
        fs::copy(source, &program).expect("a program");
        fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// Has what nix-index-database publishes know the packages.
    pub fn publish(&mut self) {
        let release = Release::new(self.folder.path(), &self.packages.database());
        self.show(&release.certificate, CERTIFICATE);
        self.release = Some(release);
    }

    /// A command in the home, with the environment of a session.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env_clear();
        let settings =
            "substituters =\nsandbox = false\nbuild-users-group =\ndownload-attempts = 1\n";
        command.env("NIX_CONFIG", settings);
        let commands = self.commands_of_shell.display();
        command.env("PATH", format!("/tool:{COMMANDS}:{commands}"));
        command.env("HOME", HOME);
        match &self.release {
            Some(release) => release.lead(&mut command),
            None => command.env("https_proxy", "http://127.0.0.1:1"),
        };
        self.root.apply_to(&mut command, HOME);
        command
    }

    /// A shell for a terminal. Its prompt is `$ `, behind [`READY`].
    pub fn shell(&self) -> Command {
        let busybox = store_path("busybox-static").join("bin/busybox");
        let busybox = busybox.to_str().expect("store paths are UTF-8");
        // With the terminal as that of its session, for jobs and interrupts.
        let terminal = [busybox, "setsid", "-c"];
        let bash = self.commands_of_shell.join("bash");
        let shell = [
            bash.to_str().expect("store paths are UTF-8"),
            "--norc",
            "--noprofile",
            "--noediting",
            "-i",
        ];
        let mut command = self.command(&[&terminal[..], &shell].concat());
        command.env("PS1", format!(r"{READY}\[\e[1;32m\]$\[\e[0m\] "));
        command.env("HISTFILE", "");
        command
    }
}
