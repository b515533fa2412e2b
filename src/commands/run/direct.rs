//! A start without a root of its own, for where none is allowed, as in most containers: the stub is executed itself, and told the
//! program. It lies in memory, so that nothing is left of it.
//!
//! What is lacking then: the program's own children find no stub, and `/proc/self/exe` names the stub.

use std::convert::Infallible;
use std::ffi::CString;
use std::fs::File;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::unistd::fexecve;

use super::environment::Environment;
use super::libraries::Libraries;
use super::program::Program;
use super::{arguments, restore_sigpipe, stub};
use crate::cli::RunArgs;
use crate::commands::pin::target;
use crate::pin::{MANIFEST, State};

/// Executes the program with its pin, if it has one, else with this library environment.
pub(super) fn start(
    args: &RunArgs,
    program: &Program,
    stub: &Path,
    directory: &Path,
    environment: &Environment,
) -> Result<Infallible> {
    let pin = pin(program);
    let host_root = Path::new("/");
    let directory = pin.unwrap_or_else(|| directory.to_owned());
    let place = directory
        .to_str()
        .with_context(|| format!("{} is not UTF-8", directory.display()))?
        .to_owned();
    let libraries = Libraries::Env {
        directory,
        host_root,
    };
    let bytes = stub::configured(stub, &libraries, &place)?;
    let memory = memfd_create(c"nix-ld", MFdFlags::MFD_CLOEXEC)
        .map_err(|errno| anyhow!("cannot have a file in memory: {}", errno.desc()))?;
    let mut file = File::from(memory);
    file.write_all(&bytes)
        .context("cannot write a file in memory")?;
    let mut words = arguments(args)?;
    // The loader takes its first argument for the program, by a path with a slash.
    words[0] = CString::new(program.path.as_os_str().as_bytes())?;
    words.insert(0, c"nix-ld".to_owned());
    restore_sigpipe()?;
    fexecve(&file, &words, environment.entries())
        .map_err(|errno| anyhow!("cannot execute the stub: {}", errno.desc()))
}

/// The program's pin, if what it needs is there.
fn pin(program: &Program) -> Option<PathBuf> {
    let identity = target::identity(&program.file).ok()?;
    let pin = State::of_user().ok()?.pin(identity.short);
    pin.join(MANIFEST).exists().then_some(pin)
}
