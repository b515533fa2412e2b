//! What would happen to the program with a pin that is not written yet.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::target::Target;
use crate::explain::{Explainer, Kind, Report, Settings};
use crate::interrupt::Undisturbed;
use crate::library_env::LibraryEnv;
use crate::modules::Missing;

/// What would happen.
pub(super) struct Trial {
    pub(super) report: Report,
    /// What would be missing.
    pub(super) missing: Result<Missing>,
    /// The libraries that the program gets from the pin: names and files.
    pub(super) used: Vec<(String, PathBuf)>,
}

impl Trial {
    /// Explains the program as it is today.
    pub(super) fn without_libraries(target: &Target) -> Result<Self> {
        let report = target.explain_again()?;
        Ok(Self {
            missing: target.missing_with(&report, &target.settings),
            report,
            used: Vec::new(),
        })
    }

    /// Explains the program with these libraries and their loader.
    pub(super) fn of(target: &Target, env: &LibraryEnv) -> Result<Self> {
        let _undisturbed = Undisturbed::begin().context("cannot have signals wait")?;
        // Whatever the umask is: libraries are loaded from there.
        let folder = tempfile::Builder::new()
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .context("cannot make a temporary folder")?;
        let directory = env.write(&folder.path().join("pin"))?;
        let settings = match target.settings.for_all_users {
            // A privileged program listens to its pin, and to nothing that a session says.
            true => Settings {
                pin: Some(directory.clone()),
                ..target.settings.clone()
            },
            false => Settings {
                loader: Some(env.loader.clone().into()),
                library_path: Some(directory.clone().into()),
                ..target.settings.clone()
            },
        };
        let report = Explainer::new(&settings).explain(&target.path)?;
        Ok(Self {
            missing: target.missing_with(&report, &settings),
            used: used(&report, env, &directory),
            report,
        })
    }
}

fn used(report: &Report, env: &LibraryEnv, directory: &Path) -> Vec<(String, PathBuf)> {
    let Kind::Dynamic(dynamic) = &report.kind else {
        return Vec::new();
    };
    let objects = dynamic.resolution.iter().flat_map(|it| &it.objects);
    let mut used = Vec::new();
    for object in objects {
        for name in &object.names {
            let Some(file) = env.libraries.get(name) else {
                continue;
            };
            // The loader finds the file in the cache, and the link in the directory.
            let path = object.path.as_ref();
            let is_it = path.is_some_and(|it| it == file || *it == directory.join(name));
            if let Some(name) = name.to_str().filter(|_| is_it) {
                used.push((name.to_owned(), file.clone()));
            }
        }
    }
    used
}
