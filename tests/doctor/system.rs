//! A system of one's own, as data: what is at the loader's place, and what else.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ldshim::sandbox::Root;
use nix::mount::{MsFlags, mount};
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{store_path, stub};

/// Where programs for x86-64 look for their loader.
pub const PLACE: &str = "/lib64/ld-linux-x86-64.so.2";
/// Where the tool is in every system.
const TOOL: &str = "/test/ldshim";

/// A root with the store, /proc, /dev and /usr/bin/env, and what a test adds. There is no stub at first.
pub struct System {
    root: Root,
    folder: TempDir,
    environment: Vec<(OsString, OsString)>,
    noexec: Option<PathBuf>,
}

impl System {
    /// Without a stub.
    pub fn new() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let root = Root::nixos_like()
            .without("/nix")
            .bind_read_only("/nix/store", "/nix/store")
            .link(busybox(), "/usr/bin/env")
            .bind_read_only(env!("CARGO_BIN_EXE_ldshim"), TOOL);
        Self {
            root,
            folder,
            environment: Vec::new(),
            noexec: None,
        }
    }

    /// With ldshim's stub, with nothing baked in, and a library environment at /nld named by NIX_LD_LIBRARY_PATH.
    pub fn with_stub() -> Self {
        let mut system = Self::new();
        system.put(stub(), PLACE);
        let nld = system.library_env("nld", &["zlib1g"]);
        system.put(&nld, "/nld");
        system.set("NIX_LD_LIBRARY_PATH", "/nld");
        system
    }

    /// Shows a file or folder of this machine there, read-only.
    pub fn put(&mut self, file: &Path, at: &str) {
        self.root = self.root.clone().bind_read_only(file, at);
    }

    /// Takes out what was put there.
    pub fn remove(&mut self, at: &str) {
        self.root = self.root.clone().without(at);
    }

    /// Makes a link.
    pub fn link(&mut self, contents: impl AsRef<Path>, at: &str) {
        self.root = self.root.clone().link(contents, at);
    }

    /// Writes a file and shows it there.
    pub fn write(&mut self, at: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let file = self.path(&at.replace('/', "_"));
        fs::write(&file, contents).unwrap();
        self.put(&file, at);
        file
    }

    /// Mounts a file system there from which no program may be started.
    pub fn mount_noexec(&mut self, at: &str) {
        self.root = self.root.clone().directory(at);
        self.noexec = Some(at.into());
    }

    /// Sets a variable; an older value is replaced.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.unset(name);
        self.environment.push((name.into(), value.into()));
    }

    /// Unsets a variable.
    pub fn unset(&mut self, name: &str) {
        self.environment.retain(|it| it.0 != name);
    }

    /// A path on this machine for what the test makes.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Builds a library environment on this machine, with the libraries of these packages of the store.
    pub fn library_env(&self, name: &str, packages: &[&str]) -> PathBuf {
        let packages: Vec<_> = packages
            .iter()
            .map(|it| store_path(it).join("lib"))
            .collect();
        let packages: Vec<_> = packages.iter().map(|it| it.to_str().unwrap()).collect();
        self.library_env_with(name, &packages)
    }

    /// Builds one with a C library and what these arguments add.
    pub fn library_env_with(&self, name: &str, more: &[&str]) -> PathBuf {
        let directory = self.path(name);
        let mut build = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        build.args(["env", "build", "--out"]).arg(&directory);
        build.arg("--loader").arg(real_loader());
        build.args(["libc6", "libgcc-s1"].map(|it| store_path(it).join("lib")));
        assert!(
            build
                .args(more)
                .stdout(Stdio::null())
                .status()
                .unwrap()
                .success()
        );
        directory
    }

    /// A copy of the stub with something baked in; see `ldshim stub configure`.
    pub fn configured_stub(&self, flags: &[&str]) -> PathBuf {
        let file = self.path("configured");
        let mut configure = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        configure.args(["stub", "configure", "--in"]).arg(stub());
        configure.arg("--out").arg(&file).args(flags);
        assert!(configure.status().unwrap().success());
        file
    }

    /// Runs a program there.
    pub fn output(&self, program: &Path, args: &[&str]) -> Output {
        let mut command = Command::new(program);
        command.args(args).env_clear();
        command.envs(self.environment.iter().map(|it| (&it.0, &it.1)));
        self.root.apply_to(&mut command, "/tmp");
        if let Some(at) = self.noexec.clone() {
            let mount_it = move || {
                let mounted = mount(
                    Some("none"),
                    &at,
                    Some("tmpfs"),
                    MsFlags::MS_NOEXEC,
                    None::<&str>,
                );
                mounted.map_err(io::Error::from)
            };
            // SAFETY: a system call in the child, with a path that was made before.
            #[allow(unsafe_code)]
            unsafe {
                command.pre_exec(mount_it)
            };
        }
        let output = command.output();
        output.unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display()))
    }

    /// Runs ldshim there, started by a real loader.
    pub fn ldshim(&self, args: &[&str]) -> Output {
        let libraries =
            ["libc6", "libgcc-s1"].map(|it| store_path(it).join("lib").display().to_string());
        let first = ["--library-path", &libraries.join(":"), TOOL];
        self.output(&real_loader(), &[&first[..], args].concat())
    }

    /// What `ldshim doctor --json` says there.
    pub fn doctor(&self) -> Report {
        let output = self.ldshim(&["doctor", "--json"]);
        let json: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {output:?}"));
        let report = Report(json);
        let code = if report.is_healthy() { 0 } else { 1 };
        assert_eq!(output.status.code(), Some(code), "{report:?}");
        report
    }

    /// What `ldshim doctor` says there for people, with these variables as well.
    pub fn doctor_text(&mut self, variables: &[(&str, &str)]) -> String {
        for (name, value) in variables {
            self.set(name, *value);
        }
        String::from_utf8(self.ldshim(&["doctor"]).stdout).unwrap()
    }
}

/// Findings, as JSON.
#[derive(Debug)]
pub struct Report(Value);

impl Report {
    /// Whether nothing is wrong.
    pub fn is_healthy(&self) -> bool {
        self.0["healthy"].as_bool().unwrap()
    }

    /// All findings with this code: level and what was seen.
    pub fn all(&self, code: &str) -> Vec<(&str, &str)> {
        let findings = self.0["findings"].as_array().unwrap().iter();
        findings
            .filter(|it| it["code"] == code)
            .map(|it| (it["level"].as_str().unwrap(), it["seen"].as_str().unwrap()))
            .collect()
    }

    /// The one finding with this code.
    pub fn one(&self, code: &str) -> (&str, &str) {
        match self.all(code)[..] {
            [one] => one,
            ref others => panic!("{} findings with the code {code}: {self:#?}", others.len()),
        }
    }

    /// Whether there is a finding with this code.
    pub fn has(&self, code: &str) -> bool {
        !self.all(code).is_empty()
    }
}

/// The loader of the store's glibc.
pub fn real_loader() -> PathBuf {
    store_path("libc6").join("lib/ld-linux-x86-64.so.2")
}

/// A program that needs no loader.
pub fn busybox() -> PathBuf {
    store_path("busybox-static").join("bin/busybox")
}

/// Compiles a source of this suite to a static program.
pub fn compile_static(name: &str, into: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/doctor/sources");
    let mut cc = Command::new("cc");
    cc.args(["-static", "-o"])
        .arg(into)
        .arg(source.join(format!("{name}.c")));
    assert!(cc.status().unwrap().success());
}
