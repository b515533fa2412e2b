//! What modules miss, by the search of the loader of the program that loads them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Modules;
use crate::choice::{Need, is_part_of_glibc, merge, needs};
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
    /// Libraries that the tree has, but where the loader does not look for them; and the modules that need them.
    pub brought: BTreeMap<String, Vec<String>>,
    /// The modules that no library could help, and why.
    pub hopeless: Vec<(PathBuf, String)>,
}

/// Whether it is a part of glibc that is there, and too old.
fn is_of_newer_glibc(need: &Need) -> bool {
    is_part_of_glibc(&need.name) && !need.lacking.is_empty()
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
                let (brought, needs): (Vec<_>, Vec<_>) =
                    needs.into_iter().partition(|it| modules.bring(&it.name));
                for need in brought {
                    missing
                        .brought
                        .entry(need.name)
                        .or_default()
                        .extend(need.needed_by);
                }
                // A newer glibc would be another one than the program's own.
                let (too_new, needs): (Vec<_>, Vec<_>) =
                    needs.into_iter().partition(is_of_newer_glibc);
                if let Some(need) = too_new.first() {
                    let versions = need.lacking.join(", ");
                    let why = format!("it needs a newer glibc than the program has ({versions})");
                    missing.hopeless.push((module.clone(), why));
                } else if !needs.is_empty() {
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
