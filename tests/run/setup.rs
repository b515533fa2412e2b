//! What the tests start with: an installed ldshim, and a folder of foreign programs.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::common::{self, stub};

/// An id that owns nothing.
const NOBODY: u32 = 65534;

/// ldshim as it is installed, and a folder with programs. Everybody may read it, also a user who
/// may not look into the build directory.
pub struct Setup {
    folder: TempDir,
    /// Where ldshim keeps the library environment of the host.
    pub cache: PathBuf,
}

impl Setup {
    /// Copies these programs of the host, and ldshim with its stub.
    pub fn new(programs: &[&str]) -> Self {
        common::usual_umask();
        // Shared, since making a library environment takes longer than most tests.
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("run-cache");
        let setup = Self {
            // Wherever TMPDIR is: everybody has to get in.
            folder: tempfile::tempdir_in("/tmp").unwrap(),
            cache,
        };
        fs::set_permissions(setup.folder.path(), Permissions::from_mode(0o755)).unwrap();
        for name in ["bin", "programs"] {
            fs::create_dir(setup.path(name)).unwrap();
        }
        let ldshim = Path::new(env!("CARGO_BIN_EXE_ldshim"));
        install(ldshim, &setup.path("bin/ldshim"));
        install(stub(), &setup.path("bin/nix-ld"));
        for name in programs {
            install(&on_host(name), &setup.program(name));
        }
        setup
    }

    /// The same with a cache directory of its own, which everybody may write.
    pub fn with_own_cache(programs: &[&str]) -> Self {
        let mut setup = Self::new(programs);
        setup.cache = setup.path("cache");
        fs::create_dir(&setup.cache).unwrap();
        fs::set_permissions(&setup.cache, Permissions::from_mode(0o777)).unwrap();
        setup
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// The path of a program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.path("programs").join(name)
    }

    /// `ldshim run ARGUMENTS`, with nothing in the environment that chooses libraries or a stub.
    pub fn run<S: AsRef<std::ffi::OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = Command::new(self.path("bin/ldshim"));
        command
            .arg("run")
            .args(arguments)
            .env("XDG_CACHE_HOME", &self.cache);
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"NIX_LD") || name == "LDSHIM_STUB" {
                command.env_remove(name);
            }
        }
        command
    }
}

/// Copies a program, and lets everybody run it. It is another process that has it open for writing: a child that another
/// test starts meanwhile would inherit that from this one, and the kernel would not execute the program (ETXTBSY).
fn install(program: &Path, to: &Path) {
    let mut install = Command::new("install");
    let status = install.args(["-m", "755"]).arg(program).arg(to).status();
    assert!(status.expect("coreutils").success());
}

/// Makes it an ordinary user who starts `command`. Where the tests are not root, it is already.
pub fn as_ordinary_user(command: &mut Command) -> &mut Command {
    if nix::unistd::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// The file of a program in PATH, with links followed.
pub fn on_host(name: &str) -> PathBuf {
    let folders = std::env::var_os("PATH").unwrap();
    let mut files = std::env::split_paths(&folders).map(|folder| folder.join(name));
    files
        .find(|file| file.exists())
        .expect(name)
        .canonicalize()
        .unwrap()
}

/// What a command that has to succeed writes. Names of files may be in it, which are bytes.
pub fn stdout_of(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Exit status and error output of a command.
pub fn failure_of(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}
