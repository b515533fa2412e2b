//! The program to run: which file it is, and which loader it asks for.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use nix::unistd::{AccessFlags, access};

use crate::elf::{self, Architecture, Dynamic, Image};
use crate::resolver::map_file;

/// Where a program without a slash is looked for if PATH is unset, as by `execvp`.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// A program that exists and may be executed.
pub(super) struct Program {
    /// A path to it, relative if it was given so.
    pub(super) path: PathBuf,
    /// The file itself, with links followed.
    pub(super) file: PathBuf,
    /// Its architecture; for a script, this machine's.
    pub(super) architecture: &'static Architecture,
    /// The loader it names; a script or a static program names none.
    pub(super) interpreter: Option<PathBuf>,
}

/// Why a program could not be started. The exit statuses are those of a shell.
#[derive(Debug)]
pub(super) enum NotStarted {
    /// There is none of this name, or its interpreter is missing.
    NotFound,
    /// It is there but cannot be executed.
    NotExecutable,
    /// It misses libraries: which, and what to do.
    Lacking(String),
}

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not found",
            Self::NotExecutable => "not an executable file",
            Self::Lacking(text) => text,
        })
    }
}

impl std::error::Error for NotStarted {}

impl Program {
    /// Finds a program by path, or by name in PATH.
    pub(super) fn find(name: &Path) -> Result<Self> {
        let path = if name.as_os_str().as_encoded_bytes().contains(&b'/') {
            check(name).map(|()| name.to_owned())
        } else {
            search(name)
        };
        let path = path.with_context(|| format!("cannot run {}", name.display()))?;
        let file = path
            .canonicalize()
            .with_context(|| format!("cannot follow {}", path.display()))?;
        // What is no ELF file, or cannot be read, is left to the kernel.
        let (architecture, interpreter) = match elf::identify(&file) {
            Ok(identity) => {
                let architecture = Architecture::of(&identity).with_context(|| {
                    format!(
                        "cannot run {}: there is no stub for {identity} programs",
                        path.display()
                    )
                })?;
                let loader = elf::interpreter(&file).context(NotStarted::NotExecutable)?;
                if loader.is_none() && is_library(&file) {
                    return Err(anyhow!(NotStarted::NotExecutable).context(format!(
                        "cannot run {}: it is a library, and no program; run one that loads it",
                        path.display()
                    )));
                }
                (architecture, loader)
            }
            Err(_) => (this_machine()?, None),
        };
        Ok(Self {
            path,
            file,
            architecture,
            interpreter,
        })
    }

    /// The folder that the file is in.
    pub(super) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("/"))
    }
}

/// The first executable file of this name in PATH. One that is not executable is passed over, but
/// remembered for the message.
fn search(name: &Path) -> Result<PathBuf, NotStarted> {
    let folders = env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into());
    let mut failure = NotStarted::NotFound;
    for folder in env::split_paths(&folders) {
        // An empty entry is the current folder.
        let file = if folder.as_os_str().is_empty() {
            Path::new(".").join(name)
        } else {
            folder.join(name)
        };
        match check(&file) {
            Ok(()) => return Ok(file),
            Err(NotStarted::NotExecutable) => failure = NotStarted::NotExecutable,
            Err(NotStarted::NotFound | NotStarted::Lacking(_)) => {}
        }
    }
    Err(failure)
}

fn check(file: &Path) -> Result<(), NotStarted> {
    if !file.exists() {
        Err(NotStarted::NotFound)
    } else if !file.is_file() || access(file, AccessFlags::X_OK).is_err() {
        Err(NotStarted::NotExecutable)
    } else {
        Ok(())
    }
}

/// Whether a file that names no loader is a library: it needs other libraries, which nobody would load for it, or has no entry
/// point. Loaders, and static programs that can be put anywhere, look alike otherwise.
fn is_library(file: &Path) -> bool {
    /// `DF_1_PIE` of `DT_FLAGS_1`: a program.
    const PROGRAM: u64 = 0x0800_0000;
    let Ok(bytes) = map_file(file) else {
        return false;
    };
    let Ok(image) = Image::parse(&bytes) else {
        return false;
    };
    let dynamic = Dynamic::of(&image).unwrap_or_default();
    let is_marked = dynamic.flags_1 & PROGRAM != 0;
    image.identity.is_shared_object()
        && !is_marked
        && (image.entry == 0 || !dynamic.dependencies.is_empty())
}

fn this_machine() -> Result<&'static Architecture> {
    let machine = env::consts::ARCH;
    let named = |architecture: &&&Architecture| {
        architecture.nix_system.strip_suffix("-linux")
            == Some(if machine == "x86" { "i686" } else { machine })
    };
    Architecture::ALL
        .iter()
        .find(named)
        .copied()
        .with_context(|| format!("there is no stub for {machine}"))
}
