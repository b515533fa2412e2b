//! The programs that a user names, the ones that launcher scripts among them start, and what all of them need.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};

use crate::choice::{Need, merge};
use crate::elf::{Architecture, interpreter};
use crate::explain::{Explainer, Kind, Problem, Report, Settings};
use crate::launcher::{self, Launch, Script};
use crate::own_tree;
use crate::printable;
use crate::shell::{Scope, Unprovided, Unsuitable, may_load, needs};
use crate::terminal::note;

/// A script that starts a script that starts a script; deeper it would be a circle.
const DEEPEST: usize = 5;

/// What programs need together.
pub(super) struct Programs {
    settings: Settings,
    scope: Scope,
    pub(super) needs: BTreeMap<String, Need>,
    /// Libraries that are among the programs' own files, and not found.
    pub(super) own: Vec<Unprovided>,
    /// The first one, and for which architecture all have to be.
    first: Option<(PathBuf, &'static Architecture)>,
    seen: BTreeSet<PathBuf>,
}

impl Programs {
    pub(super) fn new(settings: Settings, scope: Scope) -> Self {
        Self {
            settings,
            scope,
            needs: BTreeMap::new(),
            own: Vec::new(),
            first: None,
            seen: BTreeSet::new(),
        }
    }

    /// For what they are; `None` if none of them needs a library.
    pub(super) fn architecture(&self) -> Option<&'static Architecture> {
        self.first.as_ref().map(|it| it.1)
    }

    /// Adds a program, a library or a script.
    pub(super) fn add(&mut self, program: &Path) -> Result<()> {
        self.add_started(program, &[], 0)
    }

    /// `folders` are those that a launcher has programs look into for libraries.
    fn add_started(&mut self, program: &Path, folders: &[PathBuf], depth: usize) -> Result<()> {
        let report = self.explain(program, folders)?;
        let is_new = report
            .path
            .canonicalize()
            .is_ok_and(|it| self.seen.insert(it));
        if !is_new || depth > DEEPEST {
            return Ok(());
        }
        match &report.kind {
            Kind::Script(..) => self.add_script(&report, folders, depth),
            _ => self.add_program(report, folders),
        }
    }

    /// What runs the script, unless that is a shell, which every system has; and what a shell's script starts.
    fn add_script(&mut self, report: &Report, folders: &[PathBuf], depth: usize) -> Result<()> {
        let name = report.path.display();
        let looked = launcher::look(&report.path, &self.settings.environment)
            .map_err(|error| anyhow!("cannot read the script {name}: {error}"))?;
        let launch = match looked {
            Script::Shell(launch) => launch,
            Script::Other(runner) => {
                self.add_needs(report, folders)?;
                say(&format!(
                    "{name}: it is a script for {runner}; what it starts or loads itself was not looked at"
                ));
                return Ok(());
            }
        };
        if launch.is_empty() {
            bail!(
                "cannot tell which libraries {name} needs: it is a script, and {}; name the program that it starts",
                launch.untold()
            );
        }
        let mut folders = folders.to_vec();
        let lists = launch.library_path.iter().flat_map(|it| it.split(':'));
        folders.extend(lists.filter(|it| it.starts_with('/')).map(PathBuf::from));
        self.add_each(&report.path, &launch, &folders, depth)
    }

    /// One that is for another machine, or none at all, is passed over, as long as there is one that is right.
    fn add_each(
        &mut self,
        script: &Path,
        launch: &Launch,
        folders: &[PathBuf],
        depth: usize,
    ) -> Result<()> {
        let name = script.display();
        let mut failed = Vec::new();
        for program in &launch.programs {
            say(&format!(
                "{name}: it is a script, which starts {}",
                program.display()
            ));
            if let Err(error) = self.add_started(program, folders, depth + 1) {
                failed.push(error);
            }
        }
        if failed.len() == launch.programs.len() {
            return failed.into_iter().next().map_or(Ok(()), Err);
        }
        for error in failed {
            say(&format!("{error:#}"));
        }
        if !launch.unclear.is_empty() || !launch.absent.is_empty() {
            say(&format!("{name}: it is a script, and {}", launch.untold()));
        }
        Ok(())
    }

    fn add_program(&mut self, mut report: Report, folders: &[PathBuf]) -> Result<()> {
        let mut folders = folders.to_vec();
        // What lies in its own tree may need something itself.
        while let Some(folder) = self.find_own(&report) {
            folders.push(folder);
            report = self.explain(&report.path, &folders)?;
        }
        self.add_needs(&report, &folders)
    }

    /// The folder of a library that is missing, and lies in the program's own tree.
    fn find_own(&mut self, report: &Report) -> Option<PathBuf> {
        let Kind::Dynamic(dynamic) = &report.kind else {
            return None;
        };
        let resolution = dynamic.resolution.as_ref()?;
        let missing = resolution.objects.iter().filter(|it| it.is_missing());
        for object in missing {
            let name = &object.names[0];
            let Some(found) = own_tree::find(&report.path, name, dynamic.architecture) else {
                continue;
            };
            let name = name.to_string_lossy().into_owned();
            if self.own.iter().any(|it| it.name == name) {
                continue;
            }
            let folder = found.path.parent()?.to_owned();
            self.own.push(Unprovided {
                name,
                reason: format!(
                    "it is in {}, among the program's own files, where the loader does not look; {}",
                    folder.display(),
                    found.patch(&report.path, object.requested_by != Some(0))
                ),
            });
            return Some(folder);
        }
        None
    }

    fn add_needs(&mut self, report: &Report, folders: &[PathBuf]) -> Result<()> {
        let name = report.path.display();
        let (architecture, new) = match needs(report, self.scope, folders) {
            Ok(needs) => needs,
            Err(Unsuitable::Static) => {
                say(&format!("{name}: {}", Unsuitable::Static));
                return Ok(());
            }
            Err(unsuitable) => bail!("cannot tell which libraries {name} needs: {unsuitable}"),
        };
        if let Some((other, known)) = &self.first
            && *known != architecture
        {
            let other = other.display();
            bail!(
                "cannot put {name} and {other} together: one is for {architecture}, the other for {known}; make a file for each"
            );
        }
        self.first = Some((report.path.clone(), architecture));
        for library in may_load(report) {
            say(&format!(
                "{name} may load {library} later, which is not there; add a package for it if it is needed"
            ));
        }
        merge(&mut self.needs, new);
        Ok(())
    }

    /// Explains a program. Where there is neither a stub with a loader nor a variable that names one, the loader that
    /// started ldshim itself is asked.
    fn explain(&self, program: &Path, folders: &[PathBuf]) -> Result<Report> {
        let mut settings = self.settings.clone();
        add_library_path(&mut settings.environment, folders);
        let report = Explainer::new(&settings).explain(program)?;
        if !lacks_loader(&report) {
            return Ok(report);
        }
        let own = interpreter(Path::new("/proc/self/exe"))?;
        let Some(own) = own.filter(|it| it.exists()) else {
            return Ok(report);
        };
        settings.loader = Some(own.into());
        Explainer::new(&settings).explain(program)
    }
}

/// Has the loader look into these folders, as a launcher does.
fn add_library_path(environment: &mut Vec<(OsString, OsString)>, folders: &[PathBuf]) {
    let Some(folder) = folders.first() else {
        return;
    };
    let name = "LD_LIBRARY_PATH";
    let mut list = folder.clone().into_os_string();
    let users = environment.iter().rev().find(|it| it.0 == name);
    let users = users.map(|it| it.1.clone()).filter(|it| !it.is_empty());
    for it in folders[1..]
        .iter()
        .map(|it| it.as_os_str())
        .chain(users.as_deref())
    {
        list.push(":");
        list.push(it);
    }
    environment.push((name.into(), list));
}

/// Whether a program, or the one that runs a script, has no loader that could be asked.
fn lacks_loader(report: &Report) -> bool {
    match &report.kind {
        Kind::Script(_, reports) => reports.last().is_some_and(lacks_loader),
        _ => report.problems.contains(&Problem::NoLoader),
    }
}

/// Tells the user, beside the file that is written.
fn say(text: &str) {
    note(&printable::line(text));
}
