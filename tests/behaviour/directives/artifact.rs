//! The directives before the first run: what is built.

use anyhow::{Context, Result, bail, ensure};

use super::Case;

/// Something in `/t`, by its path there.
#[derive(Clone, Debug)]
pub enum Artifact {
    Program(Compiled),
    Library(Compiled),
    /// glibc's loader with its built-in cache path not as expected.
    ChangedLoader {
        path: String,
        is_there_twice: bool,
    },
    File {
        path: String,
        text: String,
    },
    Link {
        path: String,
        target: String,
    },
    /// The beginning of glibc's loader.
    TruncatedLoader {
        path: String,
        length: u64,
    },
    /// A program with its program headers elsewhere.
    MovedHeaders {
        path: String,
        program: String,
        /// Where they are, modulo 8.
        remainder: u64,
    },
    Fifo {
        path: String,
    },
    Setuid {
        path: String,
    },
}

/// What the compiler makes.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub path: String,
    pub source: String,
    pub flags: Vec<String>,
    /// Whether it is for musl, not for glibc.
    pub is_for_musl: bool,
}

/// A library environment.
#[derive(Clone, Debug)]
pub struct LibraryEnv {
    /// Its path in the root; `{D}` for the paths of both plans.
    pub place: String,
    /// The folders in `/t` whose libraries it has besides those of the C library.
    pub folders: Vec<String>,
    /// Whether it is for musl, not for glibc.
    pub is_for_musl: bool,
    /// If it is a pin: what is the matter with it.
    pub pin: Option<PinState>,
}

/// What may be the matter with a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinState {
    /// Nothing.
    Holds,
    /// What keeps its paths in the store is gone.
    Gone,
    /// Others may write to it.
    Writable,
    /// Nobody may write to it, as to a directory in the store.
    ReadOnly,
    /// It belongs to another user, neither root nor who runs the tests.
    OfAnother,
}

impl Case {
    /// Takes a directive that stands before the first run.
    pub(super) fn add_artifact(&mut self, key: &str, value: &str) -> Result<()> {
        match key {
            "only" => {
                let (name, reason) = value.split_once(' ').context("there is no reason")?;
                self.only = Some((name.to_owned(), reason.to_owned()));
                return Ok(());
            }
            "not-emulated" => {
                ensure!(!value.is_empty(), "there is no reason");
                self.not_emulated = Some(value.to_owned());
                return Ok(());
            }
            _ => {}
        }
        let mut words = value.split_whitespace().map(str::to_owned);
        let path = words.next().context("there is no path")?;
        let artifact = match key {
            "program" | "library" | "musl-program" | "musl-library" => {
                let compiled = Compiled {
                    path,
                    source: words.next().context("there is no source")?,
                    flags: words.collect(),
                    is_for_musl: key.starts_with("musl-"),
                };
                if key.ends_with("program") {
                    Artifact::Program(compiled)
                } else {
                    Artifact::Library(compiled)
                }
            }
            "file" | "link" => {
                let (_, rest) = value.split_once(' ').context("there is no second value")?;
                let rest = rest.to_owned();
                if key == "file" {
                    Artifact::File { path, text: rest }
                } else {
                    Artifact::Link { path, target: rest }
                }
            }
            "truncated-loader" => Artifact::TruncatedLoader {
                path,
                length: words.next().context("there is no length")?.parse()?,
            },
            "changed-loader" => Artifact::ChangedLoader {
                path,
                is_there_twice: match words.next().as_deref() {
                    Some("twice") => true,
                    Some("absent") => false,
                    _ => bail!("absent or twice is needed"),
                },
            },
            "moved-headers" => Artifact::MovedHeaders {
                path,
                program: words.next().context("there is no program")?,
                remainder: words.next().context("there is no remainder")?.parse()?,
            },
            "fifo" => Artifact::Fifo { path },
            "setuid" => Artifact::Setuid { path },
            "loader" => {
                match &*path {
                    "nixpkgs-like" => self.nixpkgs_like = true,
                    "prepared" => self.prepared = true,
                    "as-it-is" => self.prepared = false,
                    _ => bail!("unknown loader"),
                }
                return Ok(());
            }
            "cache-place" => {
                ensure!(path == "none", "it can only be left out");
                self.without_cache_place = true;
                return Ok(());
            }
            "extra-path" => {
                self.extra_paths.push(path.into());
                return Ok(());
            }
            "library-env" | "musl-library-env" => {
                let folders = words.collect();
                self.library_envs.push(LibraryEnv {
                    place: path,
                    folders,
                    is_for_musl: key.starts_with("musl-"),
                    pin: None,
                });
                return Ok(());
            }
            "pin" => {
                let state = match words.next().as_deref() {
                    Some("holds") => PinState::Holds,
                    Some("gone") => PinState::Gone,
                    Some("writable-by-others") => PinState::Writable,
                    Some("read-only") => PinState::ReadOnly,
                    Some("of-another-user") => PinState::OfAnother,
                    _ => bail!("no such state of a pin"),
                };
                self.library_envs.push(LibraryEnv {
                    place: path,
                    folders: words.collect(),
                    is_for_musl: false,
                    pin: Some(state),
                });
                return Ok(());
            }
            _ => bail!(
                "unknown directive before the first run; tests/behaviour/main.rs lists them under \"What is built\""
            ),
        };
        self.artifacts.push(artifact);
        Ok(())
    }
}
