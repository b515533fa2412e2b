//! Programs with more rights than their caller: setuid, setgid, and with file capabilities. Nothing that the
//! caller names is so much as looked at, as the system calls show, and the baked libraries are found.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ldshim::library_env::Collection;
use tempfile::TempDir;

use crate::common::{store_path, stub, usual_umask};
use crate::ground::{compile, loader};
use crate::long_path;

/// A group in which nobody is not: daemon.
const OTHER_GROUP: u32 = 1;

const PROGRAM: &str = r#"
#include <stdio.h>
#include <sys/auxv.h>
const char *where(void);
int main(void) { printf("AT_SECURE %lu, found in %s\n", getauxval(AT_SECURE), where()); return 0; }
"#;

/// Programs whose loader is a stub with a baked library environment, and what a hostile caller offers them.
/// Nobody's view is the host's: a user namespace would take away what is tested.
struct Trap {
    folder: TempDir,
}

impl Trap {
    fn new() -> Self {
        usual_umask();
        let folder = tempfile::Builder::new()
            .prefix("hostile-")
            // Wherever TMPDIR is: everybody has to get in, and no cache path is long.
            .tempdir_in("/tmp")
            .expect("a temporary folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))
            .expect("its owner may");
        let trap = Self { folder };
        for name in ["good", "hostile"] {
            fs::create_dir(trap.path(name)).expect("a folder");
            let source = format!("const char *where(void) {{ return \"{name}\"; }}\n");
            let flags = ["-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libwhere.so"];
            compile(&trap.path(name).join("libwhere.so"), &source, &flags);
        }
        // For the path of this folder's cache there is no room in another distribution's loader.
        let roomy = trap.path("roomy-ld.so");
        long_path::write_loader(&loader(), &roomy).expect("a loader");
        let mut collection = Collection::new(&roomy).expect("a loader");
        collection
            .add_package(&store_path("libc6"))
            .expect("a package");
        let library = trap.path("good/libwhere.so");
        collection.add_library("libwhere.so".as_ref(), &library);
        collection
            .finish()
            .expect("libraries")
            .write(&trap.path("nld"))
            .expect("a library environment");
        trap.bake();
        let stub_path = format!("-Wl,--dynamic-linker={}", trap.path("stub").display());
        compile(
            &trap.path("main"),
            PROGRAM,
            &[library.to_str().expect("UTF-8"), &stub_path],
        );
        trap
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the stub with its library environment baked in.
    fn bake(&self) {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        tool.args(["stub", "configure", "--in"])
            .arg(stub())
            .arg("--out")
            .arg(self.path("stub"));
        let output = tool
            .arg("--library-dir")
            .arg(self.path("nld"))
            .output()
            .expect("the tool runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// A copy of the program to which `grant` gives rights.
    fn program(&self, name: &str, grant: impl FnOnce(&Path)) -> PathBuf {
        let path = self.path(name);
        fs::copy(self.path("main"), &path).expect("a copy");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its owner may");
        grant(&path);
        path
    }

    /// Lets nobody run a program with an environment full of traps. Returns what it printed, and its system
    /// calls.
    fn run(&self, program: &Path) -> (Output, String) {
        let (trace, hostile) = (self.path("trace"), self.path("hostile"));
        let [loader, library] = ["ld.so", "libwhere.so"].map(|name| hostile.join(name));
        // As root strace lets the program keep the rights that it gains.
        let mut strace = Command::new("strace");
        strace
            .args(["-s", "4096", "-u", "nobody", "-o"])
            .arg(&trace)
            .current_dir("/")
            .env_clear();
        for (name, value) in [
            ("NIX_LD", &loader),
            ("NIX_LD_x86_64_linux", &loader),
            ("NIX_LD_LIBRARY_PATH", &hostile),
            ("NIX_LD_LIBRARY_PATH_x86_64_linux", &hostile),
            ("LD_LIBRARY_PATH", &hostile),
            ("LD_PRELOAD", &library),
            ("LD_AUDIT", &library),
        ] {
            // strace's own loader must not see what is meant for the program's.
            strace.arg(format!("-E{name}={}", value.display()));
        }
        let output = strace
            .arg("-ENIX_LD_LOG=trace")
            .arg(program)
            .output()
            .expect("strace runs");
        (output, fs::read_to_string(&trace).expect("a trace"))
    }

    /// The system calls, without the one that starts the program, that name something of the caller's.
    fn looked_at(&self, trace: &str) -> Vec<String> {
        let hostile = self.path("hostile").display().to_string();
        let calls = trace.lines().filter(|call| !call.starts_with("execve("));
        calls
            .filter(|call| call.contains(&hostile))
            .map(str::to_owned)
            .collect()
    }

    fn assert_ignores_its_caller(&self, program: &Path) {
        let (output, trace) = self.run(program);
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            stdout, "AT_SECURE 1, found in good\n",
            "{output:?}\n{trace}"
        );
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(self.looked_at(&trace), [""; 0], "{trace}");
        let loader = format!("\"{}\"", self.path("nld/ld.so").display());
        assert!(
            trace.contains(&loader),
            "the baked loader is opened: {trace}"
        );
    }
}

/// A file's group and mode, as `chown GROUP FILE; chmod MODE FILE`.
fn own(path: &Path, group: u32, mode: u32) {
    chown(path, None, Some(group)).expect("root may");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its owner may");
}

/// Whether these tests can be made at all.
fn is_root() -> bool {
    let is_root = nix::unistd::geteuid().is_root();
    if !is_root {
        eprintln!("not tried: giving rights to programs needs root");
    }
    is_root
}

#[test]
fn a_program_without_rights_obeys_its_caller() {
    if !is_root() {
        return;
    }
    // The control of all others: the traps are seen by those who look.
    let trap = Trap::new();
    let program = trap.program("plain", |_| {});
    let (output, trace) = trap.run(&program);
    assert!(!trap.looked_at(&trace).is_empty(), "{output:?}\n{trace}");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("nix-ld: loader "),
        "{output:?}"
    );
}

#[test]
fn a_setuid_program_ignores_its_caller() {
    if is_root() {
        let trap = Trap::new();
        let program = trap.program("setuid", |path| own(path, 0, 0o4755));
        trap.assert_ignores_its_caller(&program);
    }
}

#[test]
fn a_setgid_program_ignores_its_caller() {
    if is_root() {
        let trap = Trap::new();
        let program = trap.program("setgid", |path| own(path, OTHER_GROUP, 0o2755));
        trap.assert_ignores_its_caller(&program);
    }
}

#[test]
fn a_program_with_file_capabilities_ignores_its_caller() {
    if is_root() {
        let trap = Trap::new();
        let program = trap.program("capable", |path| {
            let mut setcap = Command::new("setcap");
            let status = setcap.arg("cap_net_bind_service+ep").arg(path).status();
            assert!(status.expect("setcap runs").success());
        });
        trap.assert_ignores_its_caller(&program);
    }
}
