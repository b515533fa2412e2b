//! Reading the directives at the beginning of a test's `main.c`. `main.rs` says what they mean.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::common::Plan;
use crate::outcome::{Ending, Expected, Text};

/// A test.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its folder.
    pub folder: PathBuf,
    /// What is built, in order.
    pub artifacts: Vec<Artifact>,
    /// Whether the real loader is to have room for a long cache path.
    pub nixpkgs_like: bool,
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
    File { path: String, text: String },
    Link { path: String, target: String },
    Fifo { path: String },
    Setuid { path: String },
}

/// What the compiler makes.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub path: String,
    pub source: String,
    pub flags: Vec<String>,
}

/// A library environment.
#[derive(Clone, Debug)]
pub struct LibraryEnv {
    /// Its path in the root; `{D}` for the paths of both plans.
    pub place: String,
    /// The folders in `/t` whose libraries it has besides glibc's.
    pub folders: Vec<String>,
}

/// A run of a program.
#[derive(Clone, Debug)]
pub struct Run {
    pub name: String,
    pub is_control: bool,
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
    pub stub: Stub,
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
    },
}

impl Case {
    /// Reads the directives of the test in `folder`.
    pub fn read(folder: &Path) -> Result<Self> {
        let source = folder.join("main.c");
        let text = fs::read_to_string(&source)
            .with_context(|| format!("cannot read {}", source.display()))?;
        let mut case = Self {
            folder: folder.to_owned(),
            artifacts: Vec::new(),
            nixpkgs_like: false,
            library_envs: Vec::new(),
            runs: Vec::new(),
        };
        let head = text.lines().take_while(|line| line.starts_with("//"));
        for (index, line) in head.enumerate() {
            let Some(directive) = line.strip_prefix("//@") else {
                continue;
            };
            case.add(directive)
                .with_context(|| format!("{}:{}: {line}", source.display(), index + 1))?;
        }
        case.check().with_context(|| source.display().to_string())?;
        Ok(case)
    }

    /// Whether only root can build and run it.
    pub fn needs_root(&self) -> bool {
        let is_setuid = |artifact: &Artifact| matches!(artifact, Artifact::Setuid { .. });
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
        run.expected = Expected::default();
        self.runs.push(run);
        Ok(())
    }

    fn add_artifact(&mut self, key: &str, value: &str) -> Result<()> {
        let mut words = value.split_whitespace().map(str::to_owned);
        let path = words.next().context("there is no path")?;
        let artifact = match key {
            "program" | "library" => {
                let compiled = Compiled {
                    path,
                    source: words.next().context("there is no source")?,
                    flags: words.collect(),
                };
                if key == "program" {
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
            "fifo" => Artifact::Fifo { path },
            "setuid" => Artifact::Setuid { path },
            "loader" => {
                ensure!(path == "nixpkgs-like", "unknown loader");
                self.nixpkgs_like = true;
                return Ok(());
            }
            "library-env" => {
                let folders = words.collect();
                self.library_envs.push(LibraryEnv {
                    place: path,
                    folders,
                });
                return Ok(());
            }
            _ => bail!("unknown directive before the first run"),
        };
        self.artifacts.push(artifact);
        Ok(())
    }
}

impl Run {
    fn new() -> Self {
        Self {
            name: String::new(),
            is_control: false,
            plan: None,
            environment: Vec::new(),
            command: vec!["/t/main".to_owned()],
            argv0: None,
            argc_is_0: false,
            as_nobody: false,
            directory: "/t".to_owned(),
            stub: Stub::AsBuilt,
            expected: Expected::default(),
        }
    }

    /// The plans to run it with: `None` stands for a run that has no `{D}`.
    pub fn plans(&self) -> Vec<Option<Plan>> {
        let baked = match &self.stub {
            Stub::Baked {
                loader,
                library_dir,
            } => [loader, library_dir].map(Option::as_deref),
            Stub::None | Stub::AsBuilt => [None, None],
        };
        let mut texts = self.environment.iter().chain(&self.command);
        let uses_plan = texts.any(|text| text.contains("{D}"))
            || baked.into_iter().flatten().any(|text| text.contains("{D}"));
        match self.plan {
            Some(plan) => vec![Some(plan)],
            None if uses_plan => Plan::ALL.map(Some).to_vec(),
            None => vec![None],
        }
    }

    fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let words = || value.split_whitespace().map(str::to_owned);
        match key {
            "plan" => {
                let plans = [("cache", Plan::Cache), ("environment", Plan::Environment)];
                let plan = plans.into_iter().find(|(name, _)| *name == value);
                self.plan = Some(plan.context("no such plan")?.1);
            }
            "env" => self.environment.push(value.to_owned()),
            "env-fill" => self.fill_environment(value)?,
            "command" => self.command = words().collect(),
            "argv0" => (self.argv0, self.argc_is_0) = (Some(value.to_owned()), false),
            "argc" => {
                ensure!(value == "0", "only 0 can be asked for");
                self.argc_is_0 = true;
            }
            "user" => {
                ensure!(value == "nobody", "only nobody can be asked for");
                self.as_nobody = true;
            }
            "directory" => self.directory = value.to_owned(),
            "stub" => self.stub = Stub::parse(value)?,
            "exit" => self.expected.ending = Ending::Exit(value.parse()?),
            "signal" => self.expected.ending = Ending::Signal(value.parse()?),
            "not-started" => self.expected.ending = Ending::NotStarted(value.to_owned()),
            _ => {
                let (stream, how) = key.split_once('-').unwrap_or((key, ""));
                let text = match stream {
                    "stdout" => &mut self.expected.stdout,
                    "stderr" => &mut self.expected.stderr,
                    _ => bail!("unknown directive of a run"),
                };
                add_to(text, how, value)?;
            }
        }
        Ok(())
    }

    fn fill_environment(&mut self, value: &str) -> Result<()> {
        let numbers = value.split_once(' ').context("two numbers are needed")?;
        let (count, length): (usize, usize) = (numbers.0.parse()?, numbers.1.parse()?);
        for index in 0..count {
            let mut entry = format!("F{index}=");
            entry.push_str(&"x".repeat(length.saturating_sub(entry.len())));
            self.environment.push(entry);
        }
        Ok(())
    }
}

fn add_to(text: &mut Text, how: &str, value: &str) -> Result<()> {
    let list = match how {
        "" => &mut text.lines,
        "has" => &mut text.has,
        "lacks" => &mut text.lacks,
        _ => return Err(anyhow!("unknown directive of a run")),
    };
    list.push(value.to_owned());
    Ok(())
}

impl Stub {
    fn parse(value: &str) -> Result<Self> {
        if value == "none" {
            return Ok(Self::None);
        }
        let (loader, library_dir) = value.split_once(' ').context("two paths are needed")?;
        let [loader, library_dir] =
            [loader, library_dir].map(|path| (path != "-").then(|| path.to_owned()));
        Ok(Self::Baked {
            loader,
            library_dir,
        })
    }
}
