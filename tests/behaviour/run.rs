//! Running a test's programs, each in a root of its own, and comparing what is seen.

use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};
use ldshim::sandbox::Root;

use crate::build::{Built, IN_ROOT, MUSL_LOADER_PATH};
use crate::common::{Plan, platform, stub};
use crate::directives::{Case, Run, Stub};
use crate::glibc;
use crate::outcome::{Ending, Outcome};

mod emulated;
mod names;
mod process;

use emulated::without_qemu;
use names::Names;
use process::{execute_exactly, wait};

/// Builds a test and runs all of its programs.
pub fn case(case: &Case) -> Result<()> {
    let built = Built::new(case)?;
    let mut failures = Vec::new();
    let mut before = None;
    let is_possible = |run: &&Run| {
        let is_emulated = run.not_emulated.is_some() && platform().needs_emulation();
        let is_too_new = run
            .since_glibc
            .is_some_and(|first| glibc::minor_version() < first);
        let has_long_path = run.needs_short_cache_path && glibc::is_from_a_store();
        !is_emulated && !is_too_new && !has_long_path
    };
    for run in case.runs.iter().filter(is_possible) {
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
    let outcome = Outcome {
        ending,
        stdout: stdout?,
        stderr: stderr?,
    };
    Ok(if platform().needs_emulation() {
        without_qemu(outcome)
    } else {
        outcome
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
        Stub::AsBuilt => (with_stub(root, stub()), None),
        Stub::Baked {
            loader,
            library_dir,
            musl_loader,
            musl_library_dir,
            on_demand,
            tool,
        } => {
            let flags = [
                ("--loader", loader),
                ("--library-dir", library_dir),
                ("--musl-loader", musl_loader),
                ("--musl-library-dir", musl_library_dir),
                ("--on-demand", on_demand),
                ("--tool", tool),
            ];
            let file = configured_stub(built, &flags)?;
            (with_stub(root, &file), Some(file))
        }
    })
}

/// The root with the stub at the loaders' paths in every program: glibc's, and musl's where there is one.
fn with_stub(root: Root, stub: &Path) -> Root {
    let root = root.bind_read_only(stub, platform().architecture.loader_path);
    if platform().name == "x86_64" {
        root.bind_read_only(stub, MUSL_LOADER_PATH)
    } else {
        root
    }
}

/// A stub with a baked configuration: flags of `ldshim stub configure`, and their values. The tool looks at the
/// library environment where the root has it.
fn configured_stub(built: &Built, flags: &[(&str, &Option<String>)]) -> Result<tempfile::TempPath> {
    let file = tempfile::NamedTempFile::new_in(env!("CARGO_TARGET_TMPDIR"))?.into_temp_path();
    let mut tool = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    tool.args(["stub", "configure", "--in"]).arg(stub());
    tool.arg("--out").arg(&file);
    for (flag, path) in flags {
        if let Some(path) = path {
            tool.args([flag, path.as_str()]);
        }
    }
    // A library environment may have its place below /run, and the host's own is not for tests to change.
    let mut root = Root::like_host()?
        .without("/run")
        .bind_read_only(&built.files, IN_ROOT);
    for (directory, place) in &built.library_envs {
        root = root.bind_read_only(directory, place);
    }
    root.apply_to(&mut tool, "/");
    let output = tool.output()?;
    let messages = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{tool:?}: {messages}");
    Ok(file)
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
