//! Where the commands of the documentation are run: a root like that of NixOS, with an ordinary home, a bash, and an address from
//! which an index can be got as from GitHub.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use ldshim::sandbox::Root;
use tempfile::TempDir;

use crate::common::{Ran, may_write_store, platform, store_path, target, usual_umask};
use crate::nixos_like::{self, COMMANDS};
use crate::stub_ld;

mod packages;
pub mod programs;
mod release;

use packages::Packages;
use release::{CERTIFICATE, Release};

/// Where NixOS has the libraries of foreign programs.
const DEFAULT_ENVIRONMENT: &str = "/run/current-system/sw/share/nix-ld/lib";
/// The loader that they name.
const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";

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
    /// Where other commands are.
    others: Vec<PathBuf>,
    release: Option<Release>,
    pub packages: Packages,
    /// Where in the root commands are given: the home.
    pub current: String,
    /// Variables of the session.
    pub variables: Vec<(&'static str, String)>,
}

impl Ground {
    /// Nothing is set up, and there is not even stub-ld.
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
            others: Vec::new(),
            release: None,
            packages: Packages::default(),
            current: HOME.to_owned(),
            variables: Vec::new(),
        }
    }

    /// The home, outside of the root.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Shows a file or folder at a place of the root.
    pub fn show(&mut self, source: &Path, place: &str) {
        // What is mounted in the home needs a folder to be mounted on.
        if let Ok(place) = Path::new(place).strip_prefix(HOME) {
            fs::create_dir_all(self.home().join(place)).expect("a folder");
        }
        self.root = self.root.clone().bind_read_only(source, place);
    }

    /// Puts a program into the home.
    pub fn program(&self, source: &Path, name: &str) {
        let program = self.home().join(name);
        fs::create_dir_all(program.parent().expect("a folder")).expect("a folder");
        fs::copy(source, &program).expect("a program");
        fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// Puts NixOS's stub-ld where it is unless something else is set up.
    pub fn with_stub_ld(mut self) -> Self {
        let file = self.folder.path().join("stub-ld");
        stub_ld::compile(&file);
        self.show(&file, LOADER);
        self
    }

    /// Puts a folder's commands into PATH.
    pub fn commands(&mut self, folder: &Path) {
        self.others.push(folder.to_owned());
    }

    /// Sets up what NixOS has by `programs.nix-ld.enable`: the stub, and a library environment at the default place. It has a glibc,
    /// and these libraries of Debian packages beside it.
    pub fn enable(&mut self, libraries: &[&Path]) {
        let glibc = self.packages.glibc();
        let loader = glibc
            .join("lib")
            .join(platform().loader().file_name().expect("a name"));
        let environment = self.folder.path().join("environment");
        let mut build = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        build
            .env_clear()
            .args(["env", "build", "--loader"])
            .arg(loader);
        build
            .arg("--out")
            .arg(&environment)
            .args(["--for", DEFAULT_ENVIRONMENT]);
        build.arg(&glibc).args(libraries);
        Ran::of(&mut build).succeeded();
        self.show(&environment, DEFAULT_ENVIRONMENT);
        self.show(&nixos_like::tool().join("nix-ld"), LOADER);
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
        let own = [
            "/tool".as_ref(),
            COMMANDS.as_ref(),
            &*self.commands_of_shell,
        ];
        let others = self.others.iter().map(|it| &**it);
        let path = env::join_paths(own.into_iter().chain(others)).expect("no path has a colon");
        command.env("PATH", path);
        command.env("HOME", HOME);
        match &self.release {
            Some(release) => release.lead(&mut command),
            None => command.env("https_proxy", "http://127.0.0.1:1"),
        };
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        self.root.apply_to(&mut command, &self.current);
        command
    }

    /// The path of its shell.
    pub fn bash(&self) -> String {
        let bash = self.commands_of_shell.join("bash");
        bash.to_str().expect("store paths are UTF-8").to_owned()
    }

    /// A shell for a terminal. Its prompt is `$ `, behind [`READY`].
    pub fn shell(&self) -> Command {
        let busybox = store_path("busybox-static").join("bin/busybox");
        let busybox = busybox.to_str().expect("store paths are UTF-8");
        // With the terminal as that of its session, for jobs and interrupts.
        let terminal = [busybox, "setsid", "-c"];
        let bash = self.bash();
        let shell = [&bash, "--norc", "--noprofile", "--noediting", "-i"];
        let mut command = self.command(&[&terminal[..], &shell].concat());
        command.env("PS1", format!(r"{READY}\[\e[1;32m\]$\[\e[0m\] "));
        command.env("HISTFILE", "");
        command
    }
}
