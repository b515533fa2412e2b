//! Which symbol versions are missing: `_dl_check_map_versions` in glibc's `elf/dl-version.c`.

use std::ffi::OsString;

use super::Loaded;

/// A version that an object wants and the library in use does not offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingVersion {
    /// The version, for instance `GLIBC_2.38`.
    pub version: OsString,
    /// The number of the object that should offer it.
    pub library: usize,
    /// The number of the object that wants it.
    pub wanted_by: usize,
}

/// Looks at every object, in the loader's order. A library without any versions will do, and one that
/// is missing is not asked.
pub(super) fn missing(objects: &[Loaded], order: &[usize]) -> Vec<MissingVersion> {
    let mut missing = Vec::new();
    for &number in order {
        for need in &objects[number].dynamic().versions_needed {
            let is_meant = |&&it: &&usize| objects[it].names.contains(&need.file);
            let Some(&library) = order.iter().find(is_meant) else {
                continue;
            };
            let Some(offered) = &objects[library].dynamic().versions_offered else {
                continue;
            };
            if !need.is_weak && !offered.contains(&need.version) {
                missing.push(MissingVersion {
                    version: need.version.clone(),
                    library,
                    wanted_by: number,
                });
            }
        }
    }
    missing
}
