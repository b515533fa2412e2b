//! Running a test's programs, each in a root of its own, and comparing what is seen.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use ldshim::sandbox::Root;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Gid, Pid, Uid};

use crate::build::{Built, IN_ROOT};
use crate::common::{Plan, store_path, stub, target};
use crate::directives::{Case, Run, Stub};
use crate::outcome::{Ending, Outcome};

/// The loader's path in every x86-64 program, and so the place of the stub.
const STUB_PATH: &str = "/lib64/ld-linux-x86-64.so.2";
/// Ids that own nothing.
const NOBODY: u32 = 65534;
/// How long a program may take.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// A stack that is large enough for environments of 6 MiB: the kernel gives them a quarter of it, up to that.
const STACK_SIZE: u64 = 64 << 20;

/// Builds a test and runs all of its programs.
pub fn case(case: &Case) -> Result<()> {
    let built = Built::new(case)?;
    let mut failures = Vec::new();
    let mut before = None;
    for run in &case.runs {
        for plan in run.plans() {
            if let Some(failure) = failure(&built, run, before, plan)? {
                let plan = plan.map_or("", Plan::name);
                failures.push(format!("{}: {plan}\n{failure}", run.name));
            }
        }
        if !run.is_control {
            before = Some(run);
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n\n"));
    Ok(())
}

/// What is wrong with a run; `before` is the one that a control is compared with.
fn failure(
    built: &Built,
    run: &Run,
    before: Option<&Run>,
    plan: Option<Plan>,
) -> Result<Option<String>> {
    let names = Names::new(built, plan);
    let outcome = start(built, run, &names).with_context(|| run.name.clone())?;
    if let Some(difference) = names.resolve(run).expected.difference(&outcome) {
        return Ok(Some(format!("{difference}\nseen: {outcome}")));
    }
    if let Some(before) = before.filter(|_| run.is_control)
        && names
            .resolve(before)
            .expected
            .difference(&outcome)
            .is_none()
    {
        let problem = "is no control: what is seen is what the run before it expects";
        return Ok(Some(format!("{problem}\nseen: {outcome}")));
    }
    Ok(None)
}

/// What the names in braces stand for.
struct Names([(&'static str, String); 3]);

impl Names {
    fn new(built: &Built, plan: Option<Plan>) -> Self {
        let library_env = plan.unwrap_or(Plan::Cache).library_env();
        let glibc = store_path("libc6").join("lib");
        Self([
            ("{D}", library_env.to_owned()),
            ("{glibc}", glibc.display().to_string()),
            ("{loader}", built.loader.display().to_string()),
        ])
    }

    fn replace(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.0 {
            text = text.replace(name, value);
        }
        text
    }

    /// The run with names replaced.
    fn resolve(&self, run: &Run) -> Run {
        let mut run = run.clone();
        let replace_all = |texts: &mut Vec<String>| {
            for text in texts {
                *text = self.replace(text);
            }
        };
        replace_all(&mut run.environment);
        replace_all(&mut run.command);
        for text in [&mut run.expected.stdout, &mut run.expected.stderr] {
            let lines = std::mem::take(&mut text.lines);
            for line in lines {
                if line == "{environment}" {
                    text.lines.extend_from_slice(&run.environment);
                } else {
                    text.lines.push(line);
                }
            }
            for texts in [&mut text.lines, &mut text.has, &mut text.lacks] {
                replace_all(texts);
            }
        }
        if let Stub::Baked {
            loader,
            library_dir,
        } = &mut run.stub
        {
            for path in [loader, library_dir].into_iter().flatten() {
                *path = self.replace(path);
            }
        }
        run
    }
}

/// Starts the program, waits for it, and tells what was seen.
fn start(built: &Built, run: &Run, names: &Names) -> Result<Outcome> {
    let run = names.resolve(run);
    let (root, _stub) = root(built, &run.stub)?;
    let program = run.command.first().context("there is no program")?;
    let mut streams = [tempfile::tempfile()?, tempfile::tempfile()?];
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).process_group(0);
    command
        .stdout(streams[0].try_clone()?)
        .stderr(streams[1].try_clone()?);
    root.apply_to(&mut command, &run.directory);
    execute_exactly(&mut command, &run)?;
    let ending = match command.spawn() {
        Ok(child) => ending(wait(child)?)?,
        Err(error) if error.raw_os_error() == Some(libc::ECANCELED) => return Err(error.into()),
        Err(error) => {
            let errno = nix::errno::Errno::from_raw(error.raw_os_error().unwrap_or_default());
            Ending::NotStarted(errno.desc().to_owned())
        }
    };
    let [stdout, stderr] = streams.each_mut().map(contents);
    Ok(Outcome {
        ending,
        stdout: stdout?,
        stderr: stderr?,
    })
}

/// The root, and the file of its stub, if that was made for it.
fn root(built: &Built, stub_kind: &Stub) -> Result<(Root, Option<tempfile::TempPath>)> {
    let mut root = Root::nixos_like()
        .without("/nix")
        .bind_read_only("/nix", "/nix")
        .bind_read_only(&built.files, IN_ROOT);
    for (directory, place) in &built.library_envs {
        root = root.bind_read_only(directory, place);
    }
    Ok(match stub_kind {
        Stub::None => (root, None),
        Stub::AsBuilt => (root.bind_read_only(stub(), STUB_PATH), None),
        Stub::Baked {
            loader,
            library_dir,
        } => {
            let file = configured_stub(built, loader.as_deref(), library_dir.as_deref())?;
            (root.bind_read_only(&file, STUB_PATH), Some(file))
        }
    })
}

/// A stub with a baked configuration. The tool looks at the library environment where the root has it.
fn configured_stub(
    built: &Built,
    loader: Option<&str>,
    library_dir: Option<&str>,
) -> Result<tempfile::TempPath> {
    let file = tempfile::NamedTempFile::new_in(target())?.into_temp_path();
    let mut tool = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    tool.args(["stub", "configure", "--in"]).arg(stub());
    tool.arg("--out").arg(&file);
    for (flag, path) in [("--loader", loader), ("--library-dir", library_dir)] {
        if let Some(path) = path {
            tool.args([flag, path]);
        }
    }
    let mut root = Root::like_host()?.bind_read_only(&built.files, IN_ROOT);
    for (directory, place) in &built.library_envs {
        root = root.bind_read_only(directory, place);
    }
    root.apply_to(&mut tool, "/");
    let output = tool.output()?;
    let messages = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{tool:?}: {messages}");
    Ok(file)
}

/// Lets `command` execute its program with exactly the arguments and the environment of `run`, as its user.
/// The standard library's own way sorts the environment, and cannot have duplicates or entries without `=`.
fn execute_exactly(command: &mut Command, run: &Run) -> Result<()> {
    let (program, arguments) = run.command.split_first().context("there is no program")?;
    let argv0 = run.argv0.as_ref().unwrap_or(program);
    let path = c_string(program)?;
    let mut argv = [argv0]
        .into_iter()
        .chain(arguments)
        .map(|text| c_string(text))
        .collect::<Result<Vec<_>>>()?;
    if run.argc_is_0 {
        argv.clear();
    }
    let entries = run.environment.iter().map(|text| c_string(text));
    let envp = entries.collect::<Result<Vec<_>>>()?;
    let as_nobody = run.as_nobody;
    let execute = move || -> io::Result<()> {
        setrlimit(Resource::RLIMIT_STACK, STACK_SIZE, libc::RLIM_INFINITY)?;
        if as_nobody {
            become_nobody()?;
        }
        nix::unistd::execve::<CString, CString>(&path, &argv, &envp)?;
        Ok(())
    };
    // SAFETY: the closure runs in a forked child with a single thread. It calls nothing but system calls and
    // the allocator, whose locks glibc's fork makes usable in the child.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(execute);
    }
    Ok(())
}

fn become_nobody() -> nix::Result<()> {
    nix::unistd::setgroups(&[])?;
    nix::unistd::setgid(Gid::from_raw(NOBODY))?;
    nix::unistd::setuid(Uid::from_raw(NOBODY))
}

/// The bytes that a text of a directive stands for: `\xNN` is one of them.
fn c_string(text: &str) -> Result<CString> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).context("two digits are needed")?;
        bytes.push(u8::from_str_radix(digits, 16)?);
        bytes.extend(rest.as_bytes());
    }
    CString::new(bytes).with_context(|| format!("there is a NUL in {text}"))
}

/// Waits for a program, with a limit.
fn wait(mut child: Child) -> Result<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed() > TIME_LIMIT {
            // The program's children are in its process group.
            killpg(Pid::from_raw(child.id().try_into()?), Signal::SIGKILL)?;
            child.wait()?;
            bail!("it does not end within {} seconds", TIME_LIMIT.as_secs());
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn ending(status: ExitStatus) -> Result<Ending> {
    let signal = status.signal().map(Ending::Signal);
    let ending = status.code().map(Ending::Exit).or(signal);
    ending.context("it has neither a status nor a signal")
}

fn contents(file: &mut File) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
