//! Reading the directives at the beginning of a test's `main.c`. `main.rs` says what they mean.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::common::Plan;
use crate::outcome::Expected;

mod run;

/// A test.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its folder.
    pub folder: PathBuf,
    /// What is built, in order.
    pub artifacts: Vec<Artifact>,
    /// Whether the real loader is to have room for a long cache path.
    pub nixpkgs_like: bool,
    /// Whether the library environments do not say where the real loader has its cache path.
    pub without_cache_place: bool,
    /// Directories that the library environments of glibc name as extra paths.
    pub extra_paths: Vec<PathBuf>,
    /// The only architecture that it is for, if there is only one, and why.
    pub only: Option<(String, String)>,
    /// Why it is not for emulated programs, if it is not.
    pub not_emulated: Option<String>,
    /// The library environments.
    pub library_envs: Vec<LibraryEnv>,
    /// What is run, in order.
    pub runs: Vec<Run>,
}

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

/// A run of a program.
#[derive(Clone, Debug)]
pub struct Run {
    pub name: String,
    pub is_control: bool,
    /// The first glibc (2.x) that can do what the run is about.
    pub since_glibc: Option<u32>,
    /// Whether it is about a glibc whose built-in cache path is short.
    pub needs_short_cache_path: bool,
    /// The only plan, if only one is asked for.
    pub plan: Option<Plan>,
    pub environment: Vec<String>,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The zeroth argument, if it is not the program's path.
    pub argv0: Option<String>,
    /// Whether there is not even a zeroth argument.
    pub argc_is_0: bool,
    pub as_nobody: bool,
    pub directory: String,
    /// The limit of the stack's size, in bytes, if it is not that of the tests.
    pub stack_limit: Option<u64>,
    pub stub: Stub,
    /// Why it is not for emulated programs, if it is not.
    pub not_emulated: Option<String>,
    pub expected: Expected,
}

/// What is at the loader's path.
#[derive(Clone, Debug)]
pub enum Stub {
    None,
    AsBuilt,
    Baked {
        loader: Option<String>,
        library_dir: Option<String>,
        musl_loader: Option<String>,
        musl_library_dir: Option<String>,
        on_demand: Option<String>,
        tool: Option<String>,
    },
}

impl Case {
    /// Reads the directives of the test in `folder`.
    pub fn read(folder: &Path) -> Result<Self> {
        let source = folder.join("main.c");
        let text = fs::read_to_string(&source)
            .with_context(|| format!("cannot read {}", source.display()))?;
        Self::parse(folder, &text).with_context(|| source.display().to_string())
    }

    /// Reads the directives in `text`, the `main.c` of the test in `folder`.
    pub fn parse(folder: &Path, text: &str) -> Result<Self> {
        let mut case = Self {
            folder: folder.to_owned(),
            artifacts: Vec::new(),
            nixpkgs_like: false,
            without_cache_place: false,
            extra_paths: Vec::new(),
            only: None,
            not_emulated: None,
            library_envs: Vec::new(),
            runs: Vec::new(),
        };
        let head = text.lines().take_while(|line| line.starts_with("//"));
        for (index, line) in head.enumerate() {
            let Some(directive) = line.strip_prefix("//@") else {
                continue;
            };
            case.add(directive)
                .with_context(|| format!("line {}: {line}", index + 1))?;
        }
        case.check()?;
        Ok(case)
    }

    /// Whether only root can build and run it.
    pub fn needs_root(&self) -> bool {
        let is_setuid = |artifact: &Artifact| matches!(artifact, Artifact::Setuid { .. });
        let mut envs = self.library_envs.iter();
        if envs.any(|env| env.pin == Some(PinState::OfAnother)) {
            return true;
        }
        self.artifacts.iter().any(is_setuid) || self.runs.iter().any(|run| run.as_nobody)
    }

    fn check(&self) -> Result<()> {
        ensure!(
            self.runs.iter().any(|run| run.is_control),
            "there is no negative control"
        );
        ensure!(
            self.runs.first().is_none_or(|run| !run.is_control),
            "a control needs a run before it"
        );
        Ok(())
    }

    fn add(&mut self, directive: &str) -> Result<()> {
        let (key, value) = directive.split_once(':').context("there is no colon")?;
        let (key, value) = (key.trim(), value.strip_prefix(' ').unwrap_or(value));
        match key {
            "run" | "control" => self.begin(key, value),
            _ => match self.runs.last_mut() {
                None => self.add_artifact(key, value),
                Some(run) => run.set(key, value),
            },
        }
    }

    fn begin(&mut self, key: &str, name: &str) -> Result<()> {
        ensure!(!name.is_empty(), "it has no name");
        let is_control = key == "control";
        let before = self.runs.iter().rfind(|run| !run.is_control);
        let mut run = match before {
            Some(before) if is_control => before.clone(),
            _ => Run::new(),
        };
        run.name = name.to_owned();
        run.is_control = is_control;
        run.environment.clear();
        run.not_emulated = None;
        run.expected = Expected::default();
        self.runs.push(run);
        Ok(())
    }

    fn add_artifact(&mut self, key: &str, value: &str) -> Result<()> {
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
            "fifo" => Artifact::Fifo { path },
            "setuid" => Artifact::Setuid { path },
            "loader" => {
                ensure!(path == "nixpkgs-like", "unknown loader");
                self.nixpkgs_like = true;
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
            _ => bail!("unknown directive before the first run"),
        };
        self.artifacts.push(artifact);
        Ok(())
    }
}
