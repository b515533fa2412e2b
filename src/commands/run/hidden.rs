//! What a program wants of the host and does not see in an isolated root: said before it is started, for nobody is there
//! afterwards to say it.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::libraries::Libraries;
use super::program::Program;
use crate::elf::Class;
use crate::explain::{Explainer, Kind, Report, Settings};
use crate::host_env::host_loader;
use crate::library_env::LOADER_NAME;
use crate::presets;

/// What a program would use of the host if it saw all of it.
pub(super) struct Wanted {
    /// Libraries by name.
    libraries: BTreeMap<OsString, PathBuf>,
    /// The programs that run it if it is a script.
    interpreters: Vec<PathBuf>,
}

impl Wanted {
    /// Asked on the host, before anything is hidden.
    pub(super) fn of(program: &Program, libraries: &Libraries, stub: &Path) -> Self {
        let mut settings = settings(stub);
        match libraries {
            // Its links lead to where things will be. On the host they are where they always are.
            Libraries::Env { host_root, .. } if *host_root != Path::new("/") => {
                settings.loader = host_loader(program.architecture).ok().map(Into::into);
            }
            Libraries::Env { directory, .. } => {
                settings.loader = Some(directory.join(LOADER_NAME).into());
                settings.library_path = Some(directory.into());
            }
            // What is in memory leads into the store, which is shown.
            Libraries::AsInherited(_) | Libraries::Once(_) => {}
        }
        let mut wanted = Self {
            libraries: BTreeMap::new(),
            interpreters: Vec::new(),
        };
        // What cannot be explained fails in a moment, and says why.
        if let Ok(report) = Explainer::new(&settings).explain(&program.file) {
            wanted.add(&report);
        }
        wanted
    }

    fn add(&mut self, report: &Report) {
        match &report.kind {
            Kind::Dynamic(dynamic) => {
                for object in dynamic.resolution.iter().flat_map(|it| &it.objects) {
                    let Some(path) = &object.path else { continue };
                    let names = object.names.iter().cloned();
                    self.libraries
                        .extend(names.map(|name| (name, path.clone())));
                }
            }
            Kind::Script(interpreter, reports) => {
                self.interpreters.push(interpreter.clone());
                for report in reports {
                    self.interpreters.push(report.path.clone());
                    self.add(report);
                }
            }
            _ => {}
        }
    }

    /// Asked in the isolated root: what is not to be seen there, with the flag that shows it.
    pub(super) fn hidden(&self, program: &Program, stub: &Path) -> Vec<String> {
        let Ok(report) = Explainer::new(&settings(stub)).explain(&program.file) else {
            return Vec::new();
        };
        let missing = report.missing();
        let libraries = missing.iter().filter_map(|name| self.libraries.get(*name));
        let mut wanted: Vec<_> = libraries.chain(&self.interpreters).collect();
        wanted.retain(|path| path.is_absolute() && !path.exists());
        wanted.sort();
        wanted.dedup();
        let folder = |path: &Path| path.parent().unwrap_or(path).display().to_string();
        let name = program.path.display();
        let line = |path: &PathBuf| {
            let (file, folder) = (path.display(), folder(path));
            format!("--isolate hides {file}, which {name} needs; --show {folder} shows it")
        };
        let mut lines: Vec<_> = wanted.into_iter().map(line).collect();
        // What the host does not have either.
        let nowhere = missing
            .iter()
            .filter(|it| !self.libraries.contains_key(**it));
        let is_32_bit = program.architecture.class == Class::Bits32;
        lines.extend(presets::advice(nowhere.copied(), is_32_bit));
        lines
    }
}

fn settings(stub: &Path) -> Settings {
    Settings {
        environment: env::vars_os().collect(),
        stub_places: vec![stub.to_owned()],
        ..Settings::default()
    }
}
