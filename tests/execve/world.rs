//! Where the files are executed and explained: a root like the machine's, with something at the loader's place.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, OnceLock};
use std::thread;

use ldshim::sandbox::Root;
use nix::mount::{MsFlags, mount};
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};
use serde_json::Value;

use crate::common::stub;
use crate::made::{Made, compile};

/// Where programs look for their loader.
pub const PLACE: &str = "/lib64/ld-linux-x86-64.so.2";

/// What is there.
#[derive(Clone, Copy, Debug)]
pub enum At {
    MachinesLoader,
    Stub,
    Nothing,
    Text,
    Empty,
    Folder,
    NotExecutable,
    OtherMachine,
    Library,
    Script,
    LeadsNowhere,
    StubLd,
}

/// Who executes and asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    Own,
    Nobody,
}

/// What came of a file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
pub struct Outcome {
    /// `ok`, the error's name, or the signal that ends the process.
    pub execve: String,
    /// Whether the program has done its work.
    pub starts: bool,
}

pub struct World<'m> {
    folder: &'m Path,
    /// The machine's own loader, by a path that stays.
    loader: PathBuf,
}

impl<'m> World<'m> {
    pub fn new(made: &'m Made) -> Self {
        Self {
            folder: made.folder(),
            loader: Path::new(PLACE).canonicalize().expect("a loader"),
        }
    }

    /// Executes and explains files, and fails if there is a difference.
    pub fn compare(&self, at: At, user: User, names: &[String]) {
        let truth = self.execute(at, user, names);
        let told = self.explain(at, user, names);
        let mut differences = Vec::new();
        for name in names {
            let (truth, told) = (&truth[name], &told[name]);
            if let Err(difference) = agree(truth, told) {
                differences.push(format!("{name}: {difference}"));
            }
        }
        let count = differences.len();
        assert!(
            count == 0,
            "{at:?}, {user:?}: {count} of {} differ:\n{}",
            names.len(),
            differences.join("\n")
        );
    }

    /// What comes of each file when it is executed.
    fn execute(&self, at: At, user: User, names: &[String]) -> BTreeMap<String, Outcome> {
        let list = tempfile::NamedTempFile::new_in(self.folder).expect("a file");
        let lines: String = names.iter().map(|it| format!("/t/{it}\n")).collect();
        fs::write(list.path(), lines).expect("a list");
        fs::set_permissions(list.path(), fs::Permissions::from_mode(0o644)).expect("it is ours");
        let mut command = Command::new("/t/truth");
        command.arg(Path::new("/t").join(list.path().file_name().expect("a name")));
        let output = self
            .enter(&mut command, at, user)
            .output()
            .expect("it runs");
        let text = String::from_utf8(output.stdout).expect("text");
        let outcomes = text.lines().map(|line| {
            let fields: Vec<_> = line.split('\t').collect();
            let name = fields[0].strip_prefix("/t/").expect("a path").to_owned();
            let outcome = Outcome {
                execve: fields[1].to_owned(),
                starts: fields[2] == "0",
            };
            (name, outcome)
        });
        let outcomes: BTreeMap<_, _> = outcomes.collect();
        assert_eq!(outcomes.len(), names.len(), "{at:?} {user:?}: {text}");
        outcomes
    }

    /// What ldshim says of each: its exit status and its report, or its message.
    fn explain(
        &self,
        at: At,
        user: User,
        names: &[String],
    ) -> BTreeMap<String, (i32, Result<Value, String>)> {
        let left = Mutex::new(names.iter());
        let all = Mutex::new(BTreeMap::new());
        let work = || {
            loop {
                let Some(name) = left.lock().unwrap().next() else {
                    return;
                };
                let told = self.explain_one(at, user, name);
                all.lock().unwrap().insert(name.clone(), told);
            }
        };
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(work);
            }
        });
        all.into_inner().unwrap()
    }

    fn explain_one(&self, at: At, user: User, name: &str) -> (i32, Result<Value, String>) {
        let output = self.ldshim(at, user, &["explain", "--json", &format!("/t/{name}")]);
        let report = serde_json::from_slice(&output.stdout);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code().expect("an exit status");
        (code, report.map_err(|_| message))
    }

    /// Runs ldshim there, in the folder of the files.
    pub fn ldshim(&self, at: At, user: User, args: &[&str]) -> Output {
        let mut command = Command::new(&self.loader);
        command.arg("/test/ldshim").args(args);
        let output = self.enter(&mut command, at, user).output();
        output.expect("it runs")
    }

    fn enter<'c>(&self, command: &'c mut Command, at: At, user: User) -> &'c mut Command {
        let libraries = self.loader.parent().expect("a folder");
        command
            .env_clear()
            .env("PATH", "/t/path:/t/path2:/usr/bin:/bin")
            .env("VALUE", "static")
            .env("NIX_LD", &self.loader)
            .env("NIX_LD_LIBRARY_PATH", libraries);
        self.root(at).apply_to(command, "/t");
        let enter = move || {
            let flags = MsFlags::MS_NOEXEC;
            mount(
                Some("none"),
                "/t/noexec",
                Some("tmpfs"),
                flags,
                None::<&str>,
            )?;
            for name in ["static", "dynamic", "script", "libneeded.so"] {
                fs::copy(format!("/t/{name}"), format!("/t/noexec/{name}"))?;
            }
            if user == User::Nobody {
                let (uid, gid) = (Uid::from_raw(65534), Gid::from_raw(65534));
                setgroups(&[gid])?;
                setresgid(gid, gid, gid)?;
                setresuid(uid, uid, uid)?;
            }
            Ok::<(), io::Error>(())
        };
        // SAFETY: the child has one thread, and makes nothing but system calls and small allocations.
        #[allow(unsafe_code)]
        unsafe {
            command.pre_exec(enter)
        }
    }

    fn root(&self, at: At) -> Root {
        let root = Root::like_host()
            .expect("a root")
            .without("/lib64")
            .directory("/lib64")
            .bind(self.folder, "/t")
            .bind_read_only(tool(), "/test/ldshim");
        let show = |path: &Path| root.clone().bind_read_only(path, PLACE);
        let made = |name: &str| show(&self.folder.join(name));
        match at {
            At::MachinesLoader => show(&self.loader),
            At::Stub => show(stub()),
            At::Nothing => root,
            At::Text => made("text"),
            At::Empty => made("empty"),
            At::Folder => root.directory(PLACE),
            At::NotExecutable => made("loader-644"),
            At::OtherMachine => made("loader-of-arm"),
            At::Library => made("library"),
            At::Script => made("script"),
            At::StubLd => made("stub-ld"),
            At::LeadsNowhere => root.link("/nowhere/loader", PLACE),
        }
    }
}

/// Whether explain tells what has happened.
fn agree(truth: &Outcome, told: &(i32, Result<Value, String>)) -> Result<(), String> {
    let (code, report) = told;
    let report = match report {
        // Nothing is there, which is no report.
        Err(message) if *code == 2 && message.contains("No such file") => {
            return match truth.execve.as_str() {
                "ENOENT" => Ok(()),
                other => Err(format!("{other}, and explain says {message}")),
            };
        }
        Err(message) => return Err(format!("{truth:?}, and explain says {message}")),
        Ok(report) => report,
    };
    let is_library = report["kind"] == "library";
    let starts_agree = match code {
        0 => truth.starts || is_library,
        1 => !truth.starts || is_library,
        // The loader is anybody's, or the file cannot be read: nothing is claimed.
        2 => has_problem(report, &["unknown-loader", "not-readable", "for-others"]),
        _ => false,
    };
    let execve_agrees = match report["execve"].as_str() {
        Some(told) => told == truth.execve,
        None => has_problem(report, &["not-readable"]),
    };
    let text = report["problems"][0]["text"].as_str();
    let is_told = *code == 0 || text.is_some_and(|it| !it.is_empty());
    if execve_agrees && starts_agree && is_told {
        return Ok(());
    }
    Err(format!(
        "truly {truth:?}, told {}, status {code}: {}",
        report["execve"], report["problems"]
    ))
}

/// Whether a report, or one of an interpreter, has one of these problems.
fn has_problem(report: &Value, codes: &[&str]) -> bool {
    let list = |name: &str| report[name].as_array().into_iter().flatten();
    let is_it = |problem: &Value| codes.iter().any(|code| problem["problem"] == *code);
    list("problems").any(is_it) || list("interpreters").any(|it| has_problem(it, codes))
}

/// The version of the running kernel.
pub fn linux() -> (u32, u32) {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").expect("a release");
    let mut numbers = release
        .split(['.', '-'])
        .map(|it| it.trim().parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    (next(), next())
}

/// Compiles the program that executes.
pub fn compile_truth(folder: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/execve/truth.c");
    compile(
        folder,
        &[
            "-static",
            "-O1",
            "-o",
            "truth",
            source.to_str().expect("a path"),
        ],
    );
}

/// A copy of `ldshim` that every user may execute, whatever the umask was when it was built.
fn tool() -> &'static Path {
    static TOOL: OnceLock<PathBuf> = OnceLock::new();
    TOOL.get_or_init(|| {
        let tool = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ldshim-of-execve");
        let new = tool.with_extension(std::process::id().to_string());
        fs::copy(env!("CARGO_BIN_EXE_ldshim"), &new).expect("a copy");
        fs::set_permissions(&new, Permissions::from_mode(0o755)).expect("a mode");
        fs::rename(&new, &tool).expect("a file");
        tool
    })
}
