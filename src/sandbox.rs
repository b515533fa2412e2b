//! A root file system of one's own, described as data and then entered.
//!
//! A [`Root`] is an ordered list of entries on a fresh tmpfs. [`Root::enter`] builds it in a mount
//! namespace of the calling process and makes it the root directory. There is no fork: process
//! id, process group, terminal and open files stay, so the program that is executed next is in
//! every other respect started by whoever started this process.

use std::error::Error;
use std::fmt;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

mod build;
mod namespace;

/// A root file system: what is to be where. Later entries lie over earlier ones.
#[derive(Clone, Debug, Default)]
pub struct Root {
    entries: Vec<Entry>,
}

/// One thing in a [`Root`].
#[derive(Clone, Debug)]
enum Entry {
    Bind {
        source: PathBuf,
        target: PathBuf,
        read_only: bool,
    },
    Link {
        contents: PathBuf,
        path: PathBuf,
    },
    Directory {
        path: PathBuf,
    },
    Tmpfs {
        path: PathBuf,
    },
    Program {
        contents: Vec<u8>,
        path: PathBuf,
    },
}

impl Entry {
    /// Where in the new root it is.
    fn path(&self) -> &Path {
        match self {
            Entry::Bind { target, .. } => target,
            Entry::Link { path, .. }
            | Entry::Directory { path }
            | Entry::Tmpfs { path }
            | Entry::Program { path, .. } => path,
        }
    }
}

/// That this process may have no namespace, or not mount in one: why, and what to do. It still sees the root that it had.
#[derive(Debug)]
pub struct Forbidden(String);

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Forbidden {}

/// The settings of this system that forbid user namespaces, and how to change each; empty if none does.
pub fn user_namespaces_forbidden_by() -> Vec<String> {
    namespace::forbidden_by()
}

impl Root {
    /// A root with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// What every program on NixOS finds: the host's `/proc`, `/dev` and, where it exists, `/nix`,
    /// and a `/tmp` of its own, empty at first and gone with the last process in it.
    pub fn nixos_like() -> Self {
        let root = Self::new()
            .bind("/proc", "/proc")
            .bind("/dev", "/dev")
            .tmpfs("/tmp");
        if Path::new("/nix").is_dir() {
            root.bind("/nix", "/nix")
        } else {
            root
        }
    }

    /// The caller's root: every top-level directory and file bound, every top-level link remade.
    ///
    /// # Errors
    /// `/` cannot be listed.
    pub fn like_host() -> Result<Self> {
        let mut root = Self::new();
        for entry in std::fs::read_dir("/").context("cannot list /")? {
            let path = entry.context("cannot list /")?.path();
            root = root.remake(&path)?;
        }
        Ok(root)
    }

    /// Adds the host's `path` at the same path: a link as the same link, anything else bound.
    ///
    /// # Errors
    /// `path` cannot be examined.
    pub fn remake(self, path: &Path) -> Result<Self> {
        let context = || format!("cannot examine {}", path.display());
        if path.symlink_metadata().with_context(context)?.is_symlink() {
            let contents = path.read_link().with_context(context)?;
            Ok(self.link(contents, path))
        } else {
            Ok(self.bind(path, path))
        }
    }

    /// Shows the host's `source`, a file or a directory with all that is mounted below it, at
    /// `target`. Missing parents of `target` are made.
    pub fn bind(self, source: impl AsRef<Path>, target: impl AsRef<Path>) -> Self {
        self.add_bind(source.as_ref(), target.as_ref(), false)
    }

    /// Like [`Root::bind`], but nothing in it can be changed. What the host has mounted below
    /// `source` stays as writable as it was.
    pub fn bind_read_only(self, source: impl AsRef<Path>, target: impl AsRef<Path>) -> Self {
        self.add_bind(source.as_ref(), target.as_ref(), true)
    }

    /// A symbolic link at `path` that reads `contents`.
    pub fn link(self, contents: impl AsRef<Path>, path: impl AsRef<Path>) -> Self {
        let (contents, path) = (contents.as_ref().to_owned(), path.as_ref().to_owned());
        self.add(Entry::Link { contents, path })
    }

    /// An empty directory at `path`.
    pub fn directory(self, path: impl AsRef<Path>) -> Self {
        self.add(Entry::Directory {
            path: path.as_ref().to_owned(),
        })
    }

    /// An empty file system in memory at `path`, writable by everybody like `/tmp`.
    pub fn tmpfs(self, path: impl AsRef<Path>) -> Self {
        self.add(Entry::Tmpfs {
            path: path.as_ref().to_owned(),
        })
    }

    /// An executable file at `path` with these contents, which is in this root only. If the host has a file there, it is
    /// hidden.
    pub fn program(self, contents: Vec<u8>, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_owned();
        self.add(Entry::Program { contents, path })
    }

    /// Takes out again what was added at exactly `path`.
    pub fn without(mut self, path: impl AsRef<Path>) -> Self {
        self.entries.retain(|entry| entry.path() != path.as_ref());
        self
    }

    /// Makes this the root directory of the calling process, and `working_directory`, a path in
    /// it, the current one.
    ///
    /// The process must have a single thread, and should execute its program next: after an error
    /// it may be left in a namespace of its own with half a root. It is safe to call between fork
    /// and exec ([`Root::apply_to`] does so) as far as the allocator is: it allocates memory, which
    /// glibc allows in the child of a process with several threads.
    ///
    /// Whoever may make a mount namespace (root) gets just that, so that setuid programs and
    /// changes of owner keep working inside. Everybody else gets a user namespace with it, which
    /// maps their own user and group and nothing else.
    ///
    /// # Errors
    /// A step failed; the message names it. Where namespaces are forbidden, it is [`Forbidden`], which says what
    /// to switch on.
    pub fn enter(&self, working_directory: &Path) -> Result<()> {
        let steps = build::resolve(&self.entries)?;
        namespace::unshare().map_err(|error| Forbidden(format!("{error:#}")))?;
        build::build_and_pivot(&steps)?;
        nix::unistd::chdir(working_directory).map_err(|errno| {
            let place = working_directory.display();
            anyhow::anyhow!(
                "cannot make {place} the current directory of the new root: {}",
                errno.desc()
            )
        })
    }

    /// Lets `command` start its program in this root, with `working_directory` as the current one.
    ///
    /// A user set by [`CommandExt::uid`] is the one who enters. For root to enter and another user to
    /// start the program, as a test of setuid programs wants it, add a `pre_exec` that changes the
    /// user after this.
    ///
    /// The program's path counts in the new root. Only an error number gets from the child to
    /// `spawn`, so if [`Root::enter`] fails, the child first prints its message to this process's
    /// standard error, and `spawn` reports ECANCELED.
    pub fn apply_to<'a>(
        &self,
        command: &'a mut Command,
        working_directory: impl AsRef<Path>,
    ) -> &'a mut Command {
        let (root, directory) = (self.clone(), working_directory.as_ref().to_owned());
        // The parent's own: the command's may be a pipe that nobody reads after an error. A
        // duplicate also evades the lock of `io::stderr`, held by another thread at the fork.
        let stderr = io::stderr().as_fd().try_clone_to_owned();
        let enter = move || {
            root.enter(&directory).map_err(|error| {
                if let Ok(stderr) = &stderr {
                    let _ = nix::unistd::write(stderr, format!("{error:#}\n").as_bytes());
                }
                io::Error::from_raw_os_error(libc::ECANCELED)
            })
        };
        // SAFETY: the closure runs in a forked child with a single thread. It calls nothing but
        // system calls and the allocator, whose locks glibc's fork makes usable in the child.
        #[allow(unsafe_code)]
        unsafe {
            command.pre_exec(enter)
        }
    }

    fn add(mut self, entry: Entry) -> Self {
        self.entries.push(entry);
        self
    }

    fn add_bind(self, source: &Path, target: &Path, read_only: bool) -> Self {
        self.add(Entry::Bind {
            source: source.to_owned(),
            target: target.to_owned(),
            read_only,
        })
    }
}
