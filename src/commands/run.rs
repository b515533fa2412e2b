//! `ldshim run [--yes] [--once] [--env DIR] [--isolate [--show DIR]...] [--stub FILE] PROGRAM [ARGS...]`
//!
//! The program takes the place of this process, in a root of its own that has the stub. Nothing
//! stays in between, so exit status, signals, terminal and open files are the program's own.

use std::convert::Infallible;
use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Error, Result, anyhow};
use nix::errno::Errno;
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::unistd::execve;

use crate::bare_env::has_real_loader;
use crate::cli::RunArgs;
use crate::printable::Shown as _;
use crate::sandbox::Forbidden;
use crate::terminal::{complain, note};
use environment::Environment;
use hidden::Wanted;
use libraries::Libraries;
use program::{NotStarted, Program};
use shown::Shown;

mod direct;
mod environment;
mod first_start;
mod hidden;
mod libraries;
mod program;
mod root;
mod shell;
mod shown;
mod stub;

/// The exit status for failures of `ldshim run` itself, as of env(1), chroot(1) and timeout(1).
const OWN_FAILURE: u8 = 125;

/// What may be the reason in an isolated root.
const ISOLATED: &str = " (--isolate hides most of the host; --show DIR shows more)";

/// Returns only if the program could not be started.
pub(super) fn run(args: &RunArgs) -> ExitCode {
    let Err(error) = become_program(args);
    complain(&format!("{error:#}"));
    ExitCode::from(match error.downcast_ref() {
        Some(NotStarted::NotFound | NotStarted::Lacking(_)) => 127,
        Some(NotStarted::NotExecutable) => 126,
        None => OWN_FAILURE,
    })
}

fn become_program(args: &RunArgs) -> Result<Infallible> {
    let name = args.command.first().context("no program is named")?;
    let program = Program::find(Path::new(name))?;
    let current = std::env::current_dir().context("cannot learn the current folder")?;
    let shown = args
        .isolate
        .then(|| Shown::of(&program, &current, &args.show));
    let shown = shown.transpose()?;
    let stub = stub::find(args.stub.as_deref(), &program)?;
    let place = stub::place(&program, shown.as_ref());
    let mut environment = Environment::inherited()?;
    // Where programs have no loader of their own, as on NixOS, they have no libraries either.
    let is_bare = !has_real_loader(program.architecture);
    let mut libraries = libraries::choose(args, is_bare, &program, &place, &environment)?;
    if is_bare && args.env.is_none() {
        let given = first_start::provide(args, &program, &libraries, &stub)?;
        libraries = given.unwrap_or(libraries);
    }
    if let Libraries::Env { .. } | Libraries::Once(_) = libraries {
        environment.drop_choice();
    }
    let configured = stub::configured(&stub, &libraries, root::ENV_PLACE)?;

    let Some(shown) = shown else {
        let root = root::like_host(configured, &place, &libraries)?;
        return match (root.enter(&current), &libraries) {
            (Ok(()), _) => execute(&program.path, args, &environment, &program),
            (Err(error), Libraries::Env { directory, .. })
                if is_bare && error.is::<Forbidden>() && program.interpreter.is_some() =>
            {
                note(&format!(
                    "no namespace is allowed here, so what {} starts itself finds no loader",
                    program.path.shown()
                ));
                direct::start(args, &program, &stub, directory, &environment)
            }
            (Err(error), _) => Err(error),
        };
    };
    let wanted = Wanted::of(&program, &libraries, &stub);
    let root = root::isolated(configured, &place, &libraries, &program, &shown)?;
    root.enter(&root::isolated_folder(current, &program, &shown))?;
    for line in wanted.hidden(&program, &place) {
        note(&line);
    }
    execute(&program.file, args, &environment, &program)
}

fn execute(
    path: &Path,
    args: &RunArgs,
    environment: &Environment,
    program: &Program,
) -> Result<Infallible> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    restore_sigpipe()?;
    execve(&path, &arguments(args)?, environment.entries())
        .map_err(|errno| explain(errno, program, args.isolate))
}

/// The program's name and its arguments, as `execve` takes them.
fn arguments(args: &RunArgs) -> Result<Vec<CString>> {
    let words = args.command.iter();
    let words = words.map(|word| CString::new(word.as_bytes()));
    Ok(words.collect::<Result<Vec<_>, _>>()?)
}

/// Rust's start-up code ignores SIGPIPE, and that would pass on to the program.
#[allow(unsafe_code)]
fn restore_sigpipe() -> Result<()> {
    // SAFETY: the default action is no handler, so no code of ours will run in a signal's context.
    unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) }
        .map(drop)
        .map_err(|errno| anyhow!("cannot restore SIGPIPE: {}", errno.desc()))
}

/// Says why a file that exists and is executable did not start.
fn explain(errno: Errno, program: &Program, is_isolated: bool) -> Error {
    let name = program.path.display();
    let hint = if is_isolated { ISOLATED } else { "" };
    match (errno, &program.interpreter) {
        (Errno::ENOENT, Some(loader)) => Error::new(NotStarted::NotFound).context(format!(
            "cannot run {name}: its loader {} is missing{hint}",
            loader.display()
        )),
        (Errno::ENOENT, None) => Error::new(NotStarted::NotFound).context(format!(
            "cannot run {name}: it, or the interpreter it names, is missing{hint}"
        )),
        (Errno::ENOEXEC, _) => Error::new(NotStarted::NotExecutable).context(format!(
            "cannot run {name}: neither a program nor a script that starts with #!"
        )),
        _ => Error::new(NotStarted::NotExecutable)
            .context(format!("cannot run {name}: {}{hint}", errno.desc())),
    }
}
