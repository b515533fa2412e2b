//! The program to be pinned, and how it is started today.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::script;
use crate::bare_env;
use crate::choice::{merge, needs};
use crate::commands::explain::inherited;
use crate::elf::{self, Architecture, Image, ProgramIdentity, is_known_at_start, program_identity};
use crate::explain::{Dynamic, Explainer, Kind, Report, Settings, is_secure};
use crate::fix::tree_of;
use crate::library_env::LOADER_NAME;
use crate::loader_variables::is_for_loaders;
use crate::modules::{self, Missing, Modules};
use crate::printable::shell_word;
use crate::resolver::map_file;
use crate::stub_file::{Stranger, stranger};

/// A program, and what would happen to it without a pin.
pub(in crate::commands) struct Target {
    /// Its canonical path.
    pub(in crate::commands) path: PathBuf,
    /// By what its pin is found.
    pub(in crate::commands) identity: ProgramIdentity,
    /// On what a start depends.
    pub(in crate::commands) settings: Settings,
    /// What would happen.
    pub(in crate::commands) report: Report,
    /// The libraries that it loads once it has started, as far as they matter.
    pub(in crate::commands) modules: Modules,
}

impl Target {
    /// Finds a program by path, or by name in PATH, and explains it.
    pub(in crate::commands) fn find(program: &Path, is_of_system: bool) -> Result<Self> {
        let mut settings = match is_of_system {
            true => settings_of_system()?,
            false => settings()?,
        };
        let mut report = Explainer::new(&settings).explain(program)?;
        if let Some(environment) = bare_environment(&report)? {
            settings.loader = Some(environment.join(LOADER_NAME).into());
            settings.library_path = Some(environment.into());
            report = Explainer::new(&settings).explain(program)?;
        }
        if let Some(refusal) = script::refusal(&report, &settings.environment) {
            return Err(refusal);
        }
        let path = report.path.display();
        if let Some(tree) = std::path::absolute(&report.path)
            .ok()
            .and_then(|it| tree_of(&it))
        {
            bail!(
                "cannot pin {path}: it is a copy that `ldshim fix` has made, with a pin of its own; to make that anew: \
                 ldshim fix {}",
                shell_word(&tree)
            );
        }
        let is_privileged =
            matches!(report.kind, Kind::Dynamic(_)) && is_secure(&report.path, false);
        ensure!(
            is_of_system || !is_privileged,
            "cannot pin {path}: it has more rights than whoever starts it, so only a pin of root counts for it; \
             as root: ldshim pin --system {path}"
        );
        Self::new(report, settings)
    }

    pub(in crate::commands) fn new(report: Report, settings: Settings) -> Result<Self> {
        let operation = || format!("cannot pin {}", report.path.display());
        let path = report.path.canonicalize().with_context(operation)?;
        // A file that is no program has no identity, and the reason is better told by its kind.
        needs(&report).with_context(operation)?;
        check_is_known_at_start(&path).with_context(operation)?;
        Ok(Self {
            identity: identity(&path).with_context(operation)?,
            path,
            settings,
            report,
            modules: Modules::default(),
        })
    }

    /// The same program, which loads the libraries at these places: files, or directories with all that is below them.
    ///
    /// # Errors
    /// A place is not there.
    pub(in crate::commands) fn loading(self, places: &[PathBuf]) -> Result<Self> {
        let modules = modules::find(places, self.architecture()?)?;
        Ok(Self { modules, ..self })
    }

    /// The name of its file.
    pub(in crate::commands) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.display().to_string()
    }

    /// What it and its modules miss today.
    pub(in crate::commands) fn missing(&self) -> Result<Missing> {
        self.missing_with(&self.report, &self.settings)
    }

    /// What it and its modules miss where this is what would happen to it.
    pub(in crate::commands) fn missing_with(
        &self,
        report: &Report,
        settings: &Settings,
    ) -> Result<Missing> {
        let own = needs(report)?;
        let mut missing = modules::missing(&self.path, &self.modules, settings)?;
        let mut all = BTreeMap::new();
        merge(&mut all, own);
        merge(&mut all, missing.needs);
        missing.needs = all.into_values().collect();
        Ok(missing)
    }

    /// Explains it once more.
    pub(in crate::commands) fn explain_again(&self) -> Result<Report> {
        Explainer::new(&self.settings).explain(&self.path)
    }

    /// Whether a stub is where it looks for its loader, and so it can be started by its name.
    pub(in crate::commands) fn starts_by_itself(&self) -> bool {
        let loader = elf::interpreter(&self.path).ok().flatten();
        loader.is_some_and(|it| it.exists() && stranger(&it) != Some(Stranger::StubLd))
    }

    pub(in crate::commands) fn dynamic(&self) -> Result<&Dynamic> {
        match &self.report.kind {
            Kind::Dynamic(dynamic) => Ok(dynamic),
            _ => Err(anyhow!("{} is no dynamic program", self.path.display())),
        }
    }

    pub(in crate::commands) fn architecture(&self) -> Result<&'static Architecture> {
        Ok(self.dynamic()?.architecture)
    }
}

/// What `ldshim run` gives to a program for which there is no loader, if that is what is wrong with it.
fn bare_environment(report: &Report) -> Result<Option<PathBuf>> {
    let Kind::Dynamic(dynamic) = &report.kind else {
        return Ok(None);
    };
    let architecture = dynamic.architecture;
    let loader = match dynamic.plan.loader {
        Some(_) => None,
        None => bare_env::own_loader(architecture),
    };
    let environment = loader.map(|it| bare_env::ensure(&it, architecture));
    environment.transpose()
}

/// A pin that the stub would never find is none.
fn check_is_known_at_start(path: &Path) -> Result<()> {
    let bytes = map_file(path)?;
    ensure!(
        is_known_at_start(&Image::parse(&bytes)?),
        "it does not say where its program headers are (it has no PT_PHDR), so the stub cannot tell which program it is; \
         programs.nix-ld.libraries gives its libraries to all programs"
    );
    Ok(())
}

/// The identity of the program at a path.
pub(in crate::commands) fn identity(path: &Path) -> Result<ProgramIdentity> {
    let bytes = map_file(path)?;
    Ok(program_identity(&Image::parse(&bytes)?))
}

/// As the program would be started by anybody if it had no pin: what somebody has told the loader in
/// this session does not hold in the next one, and a pin does.
pub(in crate::commands) fn settings() -> Result<Settings> {
    let mut settings = inherited()?;
    settings
        .environment
        .retain(|(name, _)| !is_for_loaders(name));
    settings.without_pins = true;
    Ok(settings)
}

/// As any user starts it: what root's session says is not what theirs say.
fn settings_of_system() -> Result<Settings> {
    let mut settings = settings()?;
    let is_of_session = |name: &OsStr| name.as_bytes().starts_with(b"NIX_LD");
    settings
        .environment
        .retain(|(name, _)| !is_of_session(name));
    settings.for_all_users = true;
    Ok(settings)
}

/// The variables that the loader listens to in the environment of a process; none if that cannot be read.
pub(in crate::commands) fn told_to_loader(process: u32) -> Vec<(OsString, OsString)> {
    let block = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
    let entries = block.split(|&byte| byte == 0).filter_map(|entry| {
        let at = entry.iter().position(|&byte| byte == b'=')?;
        let text = |bytes| OsStr::from_bytes(bytes).to_owned();
        Some((text(&entry[..at]), text(&entry[at + 1..])))
    });
    let is_search = |name: &OsStr| name == "LD_LIBRARY_PATH" || name == "LD_PRELOAD";
    let told = entries.filter(|(name, value)| is_search(name) && !value.is_empty());
    told.collect()
}
