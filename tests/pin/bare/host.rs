//! A root like that of NixOS where nothing is set up: a store and Nix, no loader, and an ldshim as nixpkgs would build it, whose own
//! loader is in the store.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ::nix::libc;
use ldshim::sandbox::Root;

use crate::common::Ran;
use crate::nix::text;
use crate::nixos_like::{self, COMMANDS};
use crate::world::World;

/// An ordinary user.
pub const ALICE: u32 = 1000;

/// See above.
pub struct Host {
    pub world: World,
    root: Root,
    user: u32,
    /// What serves the store to users who may not write to it.
    daemon: Option<Child>,
}

impl Host {
    /// With root at its keyboard.
    pub fn new() -> Self {
        let world = World::new();
        let folder = world.folder();
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("it is ours");
        let commands = folder.join("commands");
        fs::create_dir(folder.join("home")).expect("a folder");
        nixos_like::write_commands(&commands);
        let users = folder.join("passwd");
        let home = text(folder).to_owned() + "/home";
        let lines =
            format!("root:x:0:0::{home}:/bin/sh\nalice:x:{ALICE}:{ALICE}::{home}:/bin/sh\n");
        fs::write(&users, lines).expect("a file");
        let root = nixos_like::root(&commands)
            .bind(folder, folder)
            .bind_read_only(users, "/etc/passwd")
            .bind_read_only(lend_tool(folder), "/tool");
        Self {
            world,
            root,
            user: ::nix::unistd::geteuid().as_raw(),
            daemon: None,
        }
    }

    /// With an ordinary user, who has the store by Nix' daemon.
    pub fn of_alice() -> Self {
        let mut host = Self::new();
        host.user = ALICE;
        let socket = host.socket();
        let mut daemon = Command::new("nix-daemon");
        daemon
            .env("NIX_DAEMON_SOCKET_PATH", &socket)
            .env_remove("NIX_REMOTE");
        daemon
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        host.daemon = Some(daemon.spawn().expect("Nix' daemon"));
        while !socket.exists() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        for path in [host.home(), host.world.folder().to_owned()] {
            chown(path, Some(ALICE), Some(ALICE)).expect("it is root who tests this");
        }
        host
    }

    fn socket(&self) -> PathBuf {
        self.world.folder().join("socket")
    }

    pub fn home(&self) -> PathBuf {
        self.world.folder().join("home")
    }

    /// Shows a file or folder at a place of the root.
    pub fn show(&mut self, source: &Path, place: &str) {
        self.root = self.root.clone().bind_read_only(source, place);
    }

    /// A command in the root, by its user, in the home.
    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).env_clear();
        command.envs(self.environment());
        if self.user != ::nix::unistd::geteuid().as_raw() {
            command.uid(self.user).gid(self.user);
        }
        self.root.apply_to(&mut command, self.home());
        command
    }

    /// A command of the system's, by root, in the root with what `with` adds to it.
    pub fn system_command(
        &self,
        with: impl FnOnce(Root) -> Root,
        program: &str,
        arguments: &[&str],
    ) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).env_clear();
        with(self.root.clone()).apply_to(&mut command, "/");
        command
    }

    /// The variables of its user.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let settings =
            "substituters =\nsandbox = false\nbuild-users-group =\ndownload-attempts = 1\n";
        let mut variables = vec![
            ("NIX_CONFIG", settings.to_owned()),
            ("PATH", COMMANDS.to_owned()),
            ("HOME", text(&self.home()).to_owned()),
            ("https_proxy", "http://127.0.0.1:1".to_owned()),
        ];
        if self.daemon.is_some() {
            let socket = text(&self.socket()).to_owned();
            variables.push(("NIX_REMOTE", "daemon".to_owned()));
            variables.push(("NIX_DAEMON_SOCKET_PATH", socket));
        }
        variables
    }

    /// `ldshim` there.
    pub fn ldshim(&self, arguments: &[&str]) -> Command {
        self.command("/tool/ldshim", arguments)
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.ldshim(arguments))
    }

    /// A program in the home that misses these libraries of the world, and prints what their functions answer.
    pub fn program(&self, name: &str, libraries: &[&str]) -> PathBuf {
        let made = self.world.program(name, libraries);
        let program = self.home().join(name);
        fs::rename(made, &program).expect("a program");
        program
    }

    /// Has the index know these packages.
    pub fn index(&self, packages: &[&Path]) {
        let packages: Vec<_> = packages.iter().map(|it| text(it)).collect();
        self.run(&[&["index", "add"], &packages[..]].concat())
            .succeeded();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(daemon) = &mut self.daemon {
            _ = daemon.kill();
            _ = daemon.wait();
        }
        let state = ldshim::pin::State::at(self.home().join(".local/state/ldshim"));
        _ = fs::remove_dir_all(state.directory());
    }
}

/// The tool in a folder that all users may look into: the work tree may be in a home that only root sees.
fn lend_tool(folder: &Path) -> PathBuf {
    let lent = folder.join("tool");
    fs::create_dir(&lent).expect("a folder");
    for name in ["ldshim", "nix-ld"] {
        let (own, lent) = (nixos_like::tool().join(name), lent.join(name));
        // Another file system has no links to it.
        if fs::hard_link(&own, &lent).is_err() {
            fs::copy(own, lent).expect("a file");
        }
    }
    lent
}

/// Has a command run as in most containers, where nobody may have a namespace: a filter of system calls forbids `unshare`.
pub fn in_container(command: &mut Command) {
    /// `SECCOMP_RET_ERRNO` and `SECCOMP_RET_ALLOW` of include/uapi/linux/seccomp.h.
    const ERROR: u32 = 0x0005_0000;
    const ALLOW: u32 = 0x7fff_0000;
    let statement = |code: u32, jt, jf, k| libc::sock_filter {
        code: code as u16,
        jt,
        jf,
        k,
    };
    let filter = move || {
        let filter = [
            // The number of the system call is the first word of `seccomp_data`.
            statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
            statement(
                libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K,
                0,
                1,
                libc::SYS_unshare as u32,
            ),
            statement(
                libc::BPF_RET | libc::BPF_K,
                0,
                0,
                ERROR | libc::EPERM as u32,
            ),
            statement(libc::BPF_RET | libc::BPF_K, 0, 0, ALLOW),
        ];
        let program = libc::sock_fprog {
            len: filter.len() as u16,
            filter: filter.as_ptr().cast_mut(),
        };
        // SAFETY: the kernel copies the filter, which lives until then.
        #[allow(unsafe_code)]
        let result = unsafe {
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
                | libc::prctl(
                    libc::PR_SET_SECCOMP,
                    libc::SECCOMP_MODE_FILTER,
                    &raw const program,
                )
        };
        match result {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    };
    // SAFETY: the closure makes two system calls and nothing else.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(filter)
    };
}
