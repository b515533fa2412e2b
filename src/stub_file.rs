//! Stubs as files: what is baked into one, and copies with something else baked in.
//!
//! The format of the section is that of [`loader_stub::baked`], which the stub reads it by.

use std::ffi::CStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use loader_stub::baked::{Baked, SECTION, SIZE};
use loader_stub::c_library::CLibrary;

use crate::elf::{self, Architecture, section};
use crate::whole_file;

/// The environment variable that names the stub to use.
pub const VARIABLE: &str = "LDSHIM_STUB";

/// The mode of a written stub: every user's programs are started through it.
const MODE: u32 = 0o755;

/// Where a stub is that is installed with this executable.
///
/// # Errors
/// The system does not say where this executable is.
pub fn places() -> Result<[PathBuf; 2]> {
    let executable = std::env::current_exe().context("cannot learn where ldshim is installed")?;
    let folder = executable.parent().unwrap_or(Path::new("/"));
    Ok([folder.join("nix-ld"), folder.join("../libexec/nix-ld")])
}

/// The stub of an architecture: the one that LDSHIM_STUB names, else the one installed with this executable.
#[must_use]
pub fn installed(architecture: &Architecture) -> Option<PathBuf> {
    let named = std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let candidates = match named {
        Some(file) => vec![file.into()],
        None => places().ok()?.into(),
    };
    let fits = |file: &PathBuf| {
        elf::identify(file).is_ok_and(|identity| architecture.matches(&identity))
            && elf::interpreter(file).is_ok_and(|interpreter| interpreter.is_none())
    };
    candidates.into_iter().find(fits)
}

/// Whether programs that name this loader start through a stub: it is the place of the system's, or a stub.
#[must_use]
pub fn is_stub_or_place(loader: &Path, architecture: &Architecture) -> bool {
    loader == Path::new(architecture.loader_path) || StubFile::read(loader).is_ok()
}

/// A stub of others, which foreign programs are started through where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// nix-ld, of that major version.
    NixLd(u8),
    /// NixOS's stub-ld, which prints a message instead of starting anything.
    StubLd,
}

/// What begins the messages of nix-ld 2.x; a message of nix-ld 1.x, about a loader that cannot be opened; and what stub-ld says.
const STRANGERS: [(&[u8], Stranger); 3] = [
    (
        b"Could not start dynamically linked executable",
        Stranger::StubLd,
    ),
    (b"[nix-ld] ", Stranger::NixLd(2)),
    (b"cannot open $NIX_LD", Stranger::NixLd(1)),
];

/// Whose stub is at `path`, if it is one of others.
#[must_use]
pub fn stranger(path: &Path) -> Option<Stranger> {
    let bytes = fs::read(path).ok()?;
    let mut known = STRANGERS.iter();
    let found = known.find(|(text, _)| memchr::memmem::find(&bytes, text).is_some());
    found.map(|it| it.1)
}

/// A stub's file in memory.
#[derive(Debug)]
pub struct StubFile {
    bytes: Vec<u8>,
    /// Where the section begins. It has [`SIZE`] bytes.
    baked: usize,
}

impl StubFile {
    /// Reads the stub at `path`.
    ///
    /// # Errors
    /// The file cannot be read, or is no stub of ldshim.
    pub fn read(path: &Path) -> Result<Self> {
        let section = section(path, SECTION)?;
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let baked = section
            .filter(|section| section.size == SIZE as u64)
            .and_then(|section| usize::try_from(section.offset).ok())
            .filter(|&start| bytes.get(start..).is_some_and(|rest| rest.len() >= SIZE));
        let baked = baked.with_context(|| {
            format!(
                "{} is no stub of ldshim: it has no section {SECTION}",
                path.display()
            )
        })?;
        let stub = Self { bytes, baked };
        stub.baked(CLibrary::Glibc)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Ok(stub)
    }

    /// What is baked in for programs of `c_library`.
    ///
    /// # Errors
    /// The section is damaged, or of a later version.
    pub fn baked(&self, c_library: CLibrary) -> Result<Baked<'_>> {
        Baked::parse(&self.bytes[self.baked..][..SIZE], c_library)
            .map_err(|error| anyhow!("{error}"))
    }

    /// Bakes something else in: for programs of glibc, and for those of musl.
    ///
    /// # Errors
    /// It does not fit.
    pub fn bake(&mut self, glibc: &Baked<'_>, musl: &Baked<'_>) -> Result<()> {
        let section = glibc.encode_with_musl(musl).with_context(|| {
            let paths = [
                glibc.loader,
                glibc.library_dir,
                musl.loader,
                musl.library_dir,
                glibc.tool,
            ];
            let length: usize = paths.into_iter().flatten().map(CStr::count_bytes).sum();
            format!(
                "the paths have {length} bytes, for which there is no room: all in all there are {SIZE}"
            )
        })?;
        self.bytes[self.baked..][..SIZE].copy_from_slice(&section);
        Ok(())
    }

    /// Bakes a library environment for programs of glibc in, and leaves all else as it is. `cache_note` is what the stub is told
    /// of the cache in it.
    ///
    /// # Errors
    /// It does not fit, or what was baked in before is damaged.
    pub fn bake_libraries(
        &mut self,
        loader: &CStr,
        directory: &CStr,
        cache_note: Option<&CStr>,
    ) -> Result<()> {
        let old = Self {
            bytes: self.bytes.clone(),
            baked: self.baked,
        };
        let glibc = Baked {
            loader: Some(loader),
            library_dir: Some(directory),
            cache_place: cache_note,
            ..old.baked(CLibrary::Glibc)?
        };
        self.bake(&glibc, &old.baked(CLibrary::Musl)?)
    }

    /// The stub as bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes the stub to `path`, in place of what is there. Programs that start meanwhile find the
    /// old file or the new one.
    ///
    /// # Errors
    /// The file system refuses. Then what was at `path` is as before.
    pub fn write(&self, path: &Path) -> Result<()> {
        let operation = || format!("cannot write {}", path.display());
        ensure!(!path.is_dir(), "{}: it is a directory", operation());
        whole_file::write(path, &self.bytes, MODE).with_context(operation)
    }
}
