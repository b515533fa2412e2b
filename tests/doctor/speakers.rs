//! Those who start programs, as they speak here: each is given a program whose loader is missing, one that may not be executed,
//! one that is not there, and one for another machine, all in a folder whose name has spaces, a colon and a quote.
//!
//! `cargo xtask test` installs them. Only sudo is passed over where it would ask for a password; what it says stands in
//! `messages.rs` as well.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ldshim::doctor::{Certainty, diagnose};
use tempfile::TempDir;

use crate::common::{store_path, target};

/// A folder with programs that do not start.
struct Programs {
    folder: TempDir,
}

impl Programs {
    fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("My Games: it's ")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .unwrap();
        let it = Self { folder };
        let source = it.path("source.c");
        fs::write(&source, "int main(void) { return 0; }").unwrap();
        let mut cc = Command::new("cc");
        cc.arg(&source).arg("-o").arg(it.path("run"));
        assert!(
            cc.arg("-Wl,--dynamic-linker=/gone/ld.so")
                .status()
                .unwrap()
                .success()
        );
        fs::copy(it.path("run"), it.path("closed")).unwrap();
        fs::set_permissions(it.path("closed"), Permissions::from_mode(0o644)).unwrap();
        let foreign = store_path("libc6-arm64-cross").join("lib/libc.so.6");
        fs::write(it.path("foreign"), &fs::read(foreign).unwrap()[..4096]).unwrap();
        fs::set_permissions(it.path("foreign"), Permissions::from_mode(0o755)).unwrap();
        it
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What a tool says of a program, whose path is the variable P.
    fn said(&self, tool: &Path, args: &[&str], program: &Path) -> String {
        let mut command = Command::new(tool);
        let args = args
            .iter()
            .map(|it| it.replace("{P}", program.to_str().unwrap()));
        command
            .args(args)
            .env("P", program)
            .env("LC_ALL", "C")
            // By which gdb starts programs.
            .env("SHELL", "/bin/bash")
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        let output = command
            .output()
            .unwrap_or_else(|it| panic!("{}: {it}", tool.display()));
        let [out, err] =
            [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
        out + &err
    }

    /// That what a tool says of this program is known as this, and with its whole path.
    fn knows(
        &self,
        tool: &Path,
        args: &[&str],
        (program, code, certainty): (&str, &str, Certainty),
    ) {
        let path = self.path(program);
        let said = self.said(tool, args, &path);
        let found = diagnose(&said);
        let codes: Vec<_> = found
            .iter()
            .map(|it| (it.trap.code, it.certainty))
            .collect();
        assert_eq!(
            codes,
            [(code, certainty)],
            "{} {args:?}: {said}",
            tool.display()
        );
        let names = &found[0].names;
        let is_named = names.contains(&("program".to_owned(), path.display().to_string()));
        assert!(is_named, "{} {args:?}: {said}\n{names:?}", tool.display());
        // The same in a log of JSON, where line ends and quotes are written out.
        let log = serde_json::json!({ "level": "error", "stderr": said, "n": 1 }).to_string();
        let of_log: Vec<_> = diagnose(&log).into_iter().map(|it| it.names).collect();
        assert_eq!(of_log, std::slice::from_ref(names), "{log}");
    }
}

/// A tool in PATH.
fn tool(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut all = env::split_paths(&path).map(|it| it.join(name));
    let found = all.find(|it| it.exists());
    found.unwrap_or_else(|| panic!("{name} is not here: run `cargo xtask test` once"))
}

/// The Java that is among the downloaded programs.
fn java() -> PathBuf {
    let list = include_str!("../programs/programs.json");
    let all: serde_json::Value = serde_json::from_str(list).unwrap();
    let java = all
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == "java");
    let part = |key: &str| java.unwrap()[key].as_str().unwrap();
    let folder = format!("programs/java-{}", part("version"));
    target().join(folder).join(part("executable"))
}

/// Not everybody may use sudo without being asked for a password.
fn may_use_sudo() -> bool {
    let mut sudo = Command::new(tool("sudo"));
    let status = sudo.args(["-n", "true"]).stderr(Stdio::null()).status();
    status.is_ok_and(|it| it.success())
}

fn busybox() -> PathBuf {
    store_path("busybox-static").join("bin/busybox")
}

use Certainty::{Likely, Sure};

/// Tools whose words for "no such file" are the kernel's: the same row for a missing loader and a missing program.
const PLAIN: &[(&str, &[&str], Certainty)] = &[
    ("env", &["{P}"], Sure),
    ("nice", &["{P}"], Sure),
    ("nohup", &["{P}"], Sure),
    ("timeout", &["9", "{P}"], Sure),
    ("stdbuf", &["-oL", "{P}"], Sure),
    ("xargs", &["{P}"], Sure),
    ("setsid", &["{P}"], Sure),
    ("setarch", &["-R", "{P}"], Sure),
    ("flock", &["source.c", "{P}"], Sure),
    ("bwrap", &["--ro-bind", "/", "/", "{P}"], Sure),
    ("perl", &["-we", "exec { $ENV{'P'} } 'x'"], Sure),
    (
        "python3",
        &[
            "-c",
            "import os, subprocess; subprocess.run([os.environ['P']])",
        ],
        Likely,
    ),
    (
        "python3",
        &[
            "-c",
            "import os; os.posix_spawn(os.environ['P'], ['x'], {})",
        ],
        Likely,
    ),
    (
        "node",
        &[
            "-e",
            "console.log(String(require('child_process').spawnSync(process.env.P).error))",
        ],
        Likely,
    ),
    (
        "node",
        &[
            "-e",
            "require('child_process').spawn(process.env.P).on('error', e => console.log(JSON.stringify(e.message)))",
        ],
        Likely,
    ),
    ("zsh", &["-fc", "\"$P\""], Likely),
    (
        "ruby",
        &["--disable-gems", "-e", "exec [ENV['P'], 'x']"],
        Likely,
    ),
];

#[test]
fn those_who_pass_on_the_kernels_words() {
    let programs = Programs::new();
    for (name, args, certainty) in PLAIN {
        let tool = tool(name);
        programs.knows(&tool, args, ("run", "no-such-file", *certainty));
        programs.knows(&tool, args, ("closed", "permission", *certainty));
    }
    for (name, args) in [
        (
            "python3",
            [
                "-c",
                "import os, subprocess; subprocess.run([os.environ['P']])",
            ],
        ),
        ("zsh", ["-fc", "\"$P\""]),
    ] {
        programs.knows(&tool(name), &args, ("foreign", "exec-format", Sure));
    }
}

/// It looks itself whether a program is there and may be executed, and has one message for both.
#[test]
fn sudo_says_not_found_of_more_than_that() {
    if !may_use_sudo() {
        return;
    }
    let programs = Programs::new();
    let (sudo, args) = (tool("sudo"), ["-n", "{P}"]);
    programs.knows(&sudo, &args, ("run", "no-such-file", Sure));
    programs.knows(&sudo, &args, ("closed", "sudo-not-found", Sure));
    programs.knows(&sudo, &args, ("gone", "sudo-not-found", Sure));
}

#[test]
fn bash_tells_a_missing_loader_from_a_missing_program() {
    let programs = Programs::new();
    let script = programs.path("x.sh");
    fs::write(&script, "\"$P\"\n").unwrap();
    for args in [&["-c", "\"$P\""][..], &["x.sh"]] {
        let bash = Path::new("bash");
        programs.knows(bash, args, ("run", "bad-interpreter", Sure));
        programs.knows(bash, args, ("gone", "no-such-file", Likely));
        programs.knows(bash, args, ("closed", "permission", Likely));
        programs.knows(bash, args, ("foreign", "exec-format", Sure));
    }
}

#[test]
fn shells_that_say_not_found() {
    let programs = Programs::new();
    fs::write(programs.path("x.sh"), "\"$P\"\n").unwrap();
    let busybox = busybox();
    for (shell, args) in [
        (Path::new("dash"), &["-c", "\"$P\""][..]),
        (Path::new("dash"), &["-c", "exec \"$P\""]),
        (Path::new("dash"), &["./x.sh"]),
        (&busybox, &["sh", "-c", "\"$P\""]),
        (&busybox, &["sh", "./x.sh"]),
    ] {
        for program in ["run", "gone"] {
            programs.knows(shell, args, (program, "no-such-file", Sure));
        }
        let certainty = if shell == busybox { Likely } else { Sure };
        programs.knows(shell, args, ("closed", "permission", certainty));
    }
    programs.knows(&busybox, &["env", "{P}"], ("run", "no-such-file", Sure));
}

#[test]
fn fish_knows_what_is_missing() {
    let fish = tool("fish");
    let programs = Programs::new();
    let args = ["--no-config", "-c", "$P"];
    programs.knows(&fish, &args, ("run", "fish-no-loader", Sure));
    programs.knows(&fish, &args, ("closed", "permission", Sure));
    programs.knows(&fish, &args, ("foreign", "exec-format", Sure));
}

#[test]
fn make_without_a_shell_and_with_one() {
    let programs = Programs::new();
    fs::write(programs.path("Makefile"), "all:\n\t\"$(P)\"\n").unwrap();
    programs.knows(Path::new("make"), &[], ("run", "no-such-file", Sure));
    // A command without special letters is executed by make itself; so the path must have none.
    let plain = tempfile::tempdir().unwrap();
    fs::copy(programs.path("run"), plain.path().join("run")).unwrap();
    fs::write(programs.path("Makefile"), "all:\n\t$(P) x\n").unwrap();
    let said = programs.said(Path::new("make"), &[], &plain.path().join("run"));
    let found = diagnose(&said);
    assert_eq!(
        (found.len(), found[0].trap.code, found[0].certainty),
        (1, "no-such-file", Likely),
        "{said}"
    );
    // A makefile that is missing is none.
    let said = programs.said(Path::new("make"), &["-f", "gone.mk"], Path::new(""));
    assert!(
        said.contains("No such file or directory") && diagnose(&said).is_empty(),
        "{said}"
    );
}

#[test]
fn strace_and_gdb_show_what_was_executed() {
    let programs = Programs::new();
    let strace = Path::new("strace");
    programs.knows(
        strace,
        &["-e", "trace=execve", "{P}"],
        ("run", "no-such-file", Sure),
    );
    programs.knows(strace, &["{P}"], ("gone", "file-not-there", Sure));
    // What is tried in each folder of PATH, before it is found, is nothing to tell of.
    let path = format!("/gone:{}", env::var("PATH").unwrap());
    let mut traced = Command::new(strace);
    traced
        .args(["-e", "trace=execve", "env", "true"])
        .env("PATH", path);
    let said = String::from_utf8(traced.output().unwrap().stderr).unwrap();
    assert!(
        said.contains("ENOENT") && diagnose(&said).is_empty(),
        "{said}"
    );

    let said = programs.said(
        Path::new("gdb"),
        &["-batch", "-ex", "run", "{P}"],
        &programs.path("run"),
    );
    let found = diagnose(&said);
    let codes: Vec<_> = found.iter().map(|it| it.trap.code).collect();
    assert_eq!(codes, ["bad-interpreter", "no-such-file"], "{said}");
}

#[test]
fn programs_of_compiled_languages() {
    let programs = Programs::new();
    fs::write(
        programs.path("start.rs"),
        "fn main() { let p = std::env::var(\"P\").unwrap(); let e = std::process::Command::new(&p).spawn().unwrap_err(); \
         println!(\"failed to run `{p}`: {e}\"); }",
    )
    .unwrap();
    let mut rustc = Command::new("rustc");
    rustc
        .args(["start.rs", "-o", "by-rust"])
        .current_dir(programs.folder.path());
    assert!(rustc.status().unwrap().success());
    let by_rust = programs.path("by-rust");
    programs.knows(&by_rust, &[], ("run", "no-such-file", Likely));
    programs.knows(&by_rust, &[], ("closed", "permission", Likely));
    programs.knows(&by_rust, &[], ("foreign", "exec-format", Sure));

    fs::write(
        programs.path("start.go"),
        "package main\nimport (\"fmt\"; \"os\"; \"os/exec\")\nfunc main() { fmt.Println(exec.Command(os.Getenv(\"P\")).Run()) }",
    )
    .unwrap();
    let mut go = Command::new("go");
    go.args(["build", "-o", "by-go", "start.go"])
        .current_dir(programs.folder.path());
    go.env("GOCACHE", programs.path("cache"))
        .env("GO111MODULE", "off");
    assert!(go.status().unwrap().success());
    let by_go = programs.path("by-go");
    programs.knows(&by_go, &[], ("run", "no-such-file", Sure));
    programs.knows(&by_go, &[], ("closed", "permission", Sure));
    programs.knows(&by_go, &[], ("foreign", "exec-format", Sure));
}

#[test]
fn java_counts_errors() {
    let java = java();
    let programs = Programs::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/doctor/sources/java");
    let args = ["-Xint", "-cp", folder.to_str().unwrap(), "Start"];
    programs.knows(&java, &args, ("run", "no-such-file", Sure));
    programs.knows(&java, &args, ("closed", "permission", Sure));
}
