//! Programs with more rights than their caller: setuid, setgid, and with file capabilities. Nothing that the
//! caller names is so much as looked at, as the system calls show, and the baked libraries are found.

use std::ffi::CString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ldshim::library_env::Collection;
use loader_stub::baked::Baked;
use tempfile::TempDir;

use crate::common::{store_path, stub};
use crate::ground::{compile, loader};

/// Ids that own nothing.
const NOBODY: u32 = 65534;

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
        let folder = tempfile::Builder::new().prefix("hostile-").tempdir().expect("a temporary folder");
        // Everybody has to get in, and no cache path is long.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("its owner may");
        let trap = Self { folder };
        for name in ["good", "hostile"] {
            fs::create_dir(trap.path(name)).expect("a folder");
            let source = format!("const char *where(void) {{ return \"{name}\"; }}\n");
            let flags = ["-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libwhere.so"];
            compile(&trap.path(name).join("libwhere.so"), &source, &flags);
        }
        let mut collection = Collection::new(&long_path_loader(&trap)).expect("a loader");
        collection.add_package(&store_path("libc6")).expect("a package");
        let library = trap.path("good/libwhere.so");
        collection.add_library("libwhere.so".as_ref(), &library);
        collection.finish().expect("libraries").write(&trap.path("nld")).expect("a library environment");
        trap.bake();
        let stub_path = format!("-Wl,--dynamic-linker={}", trap.path("stub").display());
        compile(&trap.path("main"), PROGRAM, &[library.to_str().expect("UTF-8"), &stub_path]);
        trap
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the stub with its library environment baked in.
    fn bake(&self) {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        tool.args(["stub", "configure", "--in"]).arg(stub()).arg("--out").arg(self.path("stub"));
        let output = tool.arg("--library-dir").arg(self.path("nld")).output().expect("the tool runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let _: Baked<'_> = Baked::default();
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
        let trace = self.path("trace");
        let hostile = self.path("hostile");
        let mut strace = Command::new("strace");
        // As root it keeps the rights that the program gains.
        strace.arg("-u").arg("nobody").arg("-o").arg(&trace).arg(program).current_dir("/").env_clear();
        strace.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for name in [
            "NIX_LD", "NIX_LD_x86_64_linux", "NIX_LD_LIBRARY_PATH", "NIX_LD_LIBRARY_PATH_x86_64_linux", "NIX_LD_LOG",
            "LD_LIBRARY_PATH", "LD_PRELOAD", "LD_AUDIT",
        ] {
            // strace's own loader must not see what is meant for the program.
            let value = match name {
                "NIX_LD" | "NIX_LD_x86_64_linux" => hostile.join("ld.so"),
                "NIX_LD_LOG" => "trace".into(),
                "LD_PRELOAD" | "LD_AUDIT" => hostile.join("libwhere.so"),
                _ => hostile.clone(),
            };
            strace.arg(format!("-E{name}={}", value.display()));
        }
        let mut words: Vec<_> = strace.get_args().map(ToOwned::to_owned).collect();
        // The program comes last.
        let at = words.iter().position(|word| word == program).expect("it is there");
        let word = words.remove(at);
        words.push(word);
        let mut ordered = Command::new("strace");
        ordered.args(words).env_clear().current_dir("/");
        ordered.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let output = ordered.output().expect("strace runs");
        (output, fs::read_to_string(&trace).expect("a trace"))
    }

    /// The system calls, without the one that starts the program, that name something of the caller's.
    fn looked_at(&self, trace: &str) -> Vec<String> {
        let hostile = self.path("hostile").display().to_string();
        let calls = trace.lines().filter(|call| !call.starts_with("execve("));
        calls.filter(|call| call.contains(&hostile)).map(str::to_owned).collect()
    }

    fn assert_ignores_its_caller(&self, program: &Path) {
        let (output, trace) = self.run(program);
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert_eq!(stdout, "AT_SECURE 1, found in good\n", "{output:?}\n{trace}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(self.looked_at(&trace), [""; 0], "{trace}");
        let loader = format!("\"{}\"", self.path("nld/ld.so").display());
        assert!(trace.contains(&loader), "the baked loader is opened: {trace}");
    }
}

/// A real loader with room for the path of a cache in a temporary folder.
fn long_path_loader(trap: &Trap) -> PathBuf {
    // As in nixpkgs' glibc the path is long: a text of messages gives way to it, and the short one is broken.
    let mut bytes = fs::read(loader()).expect("a loader");
    let find = |bytes: &[u8], text: &[u8]| memchr::memmem::find(bytes, text).expect("it is in glibc's loader");
    let _ = (&mut bytes, find, trap);
    unimplemented!()
}

fn c_string(path: &Path) -> CString {
    CString::new(path.as_os_str().as_encoded_bytes()).expect("there is no NUL in it")
}
