//! Reading the directives at the beginning of a test's `main.c`. `main.rs` says what they mean.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::common::Plan;
use crate::outcome::Expected;

mod artifact;
mod run;

pub use artifact::{Artifact, Compiled, LibraryEnv, PinState};

/// The names in braces that values may have.
const NAMES: [&str; 11] = [
    "D",
    "environment",
    "glibc",
    "glibc-loader",
    "identity",
    "loader",
    "loader-path",
    "musl",
    "other-loader",
    "other-system",
    "system",
];

/// A test.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its folder.
    pub folder: PathBuf,
    /// What is built, in order.
    pub artifacts: Vec<Artifact>,
    /// Whether the real loader is to have room for a long cache path.
    pub nixpkgs_like: bool,
    /// Whether the loaders of library environments are prepared for where these are.
    pub prepared: bool,
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
            prepared: prepares_all(),
            without_cache_place: false,
            extra_paths: Vec::new(),
            only: None,
            not_emulated: None,
            library_envs: Vec::new(),
            runs: Vec::new(),
        };
        let mut is_head = true;
        for (index, line) in text.lines().enumerate() {
            is_head &= line.starts_with("//");
            case.read_line(line, is_head)
                .with_context(|| format!("line {}: {line}", index + 1))?;
        }
        case.check()?;
        Ok(case)
    }

    /// Reads a line of the source. What looks like a directive and would be passed over is a mistake.
    fn read_line(&mut self, line: &str, is_head: bool) -> Result<()> {
        ensure!(!line.starts_with("// @"), "a directive begins with `//@`");
        match line.strip_prefix("//@") {
            Some(directive) if is_head => self.add(directive),
            Some(_) => bail!(
                "directives stand at the beginning, where each line begins with `//`: an empty line ends that"
            ),
            None => Ok(()),
        }
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
        check_names(value)?;
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
}

/// Refuses a name in braces that stands for nothing.
fn check_names(value: &str) -> Result<()> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    for rest in value.split('{').skip(1) {
        let Some((name, _)) = rest.split_once('}') else {
            continue;
        };
        let is_name = !name.is_empty() && name.chars().all(is_letter);
        ensure!(
            !is_name || NAMES.contains(&name),
            "{{{name}}} stands for nothing; there are: {}",
            NAMES.join(", ")
        );
    }
    Ok(())
}

/// Whether the loaders of all library environments are to be prepared, as `LDSHIM_TEST_LOADERS=prepared` asks.
fn prepares_all() -> bool {
    std::env::var_os("LDSHIM_TEST_LOADERS").is_some_and(|it| it == "prepared")
}
