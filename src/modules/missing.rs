//! What modules miss, by the search of the loader of the program that loads them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Modules;
use crate::choice::{Need, merge, needs};
use crate::drivers::is_driver_library;
use crate::explain::{Explainer, Settings};
use crate::parallel;

/// What modules miss.
#[derive(Debug, Clone, Default)]
pub struct Missing {
    /// The libraries that packages may have. `needed_by` has names of modules' files.
    pub needs: Vec<Need>,
    /// The modules that miss some.
    pub modules: Vec<PathBuf>,
    /// Libraries that come with the graphics driver.
    pub of_drivers: Vec<String>,
    /// The modules that no library could help, and why.
    pub hopeless: Vec<(PathBuf, String)>,
}

/// Looks at each module alone, as the program would load it.
///
/// # Errors
/// The program cannot be explained.
pub fn missing(program: &Path, modules: &Modules, settings: &Settings) -> Result<Missing> {
    let make = || Explainer::new(settings);
    let all = parallel::each_with(&modules.libraries, make, |explainer, module| {
        let report = explainer.explain_with(program, module)?;
        anyhow::Ok(needs(&report).map_err(|it| it.to_string()))
    });
    let mut missing = Missing::default();
    let mut by_name = BTreeMap::new();
    for (module, found) in modules.libraries.iter().zip(all) {
        match found? {
            Err(why) => missing.hopeless.push((module.clone(), why)),
            Ok(needs) => {
                let needs: Vec<_> = { needs.into_iter() }
                    .filter(|it| !modules.bring(&it.name))
                    .collect();
                if !needs.is_empty() {
                    missing.modules.push(module.clone());
                }
                merge(&mut by_name, needs);
            }
        }
    }
    let (of_drivers, needs) = by_name
        .into_values()
        .partition(|it: &Need| is_driver_library(&it.name));
    missing.needs = needs;
    missing.of_drivers = of_drivers.into_iter().map(|it| it.name).collect();
    Ok(missing)
}
