//! Whether there is one glibc in a process, as there has to be.

use std::collections::BTreeSet;
use std::path::Path;

use super::Problem;
use crate::resolver::{Files, RealLoader, Resolution};

/// The other libraries of glibc, which use `libc.so.6` and each other in ways that change from
/// version to version.
const FAMILY: [&str; 10] = [
    "libm.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libresolv.so.2",
    "libutil.so.1",
    "libanl.so.1",
    "libmvec.so.1",
    "libnsl.so.1",
    "libBrokenLocale.so.1",
];

/// Whether a library is one of these.
#[must_use]
pub fn is_of_glibc_family(name: &str) -> bool {
    FAMILY.contains(&name)
}

/// If parts of several versions of glibc come together: which versions.
pub(super) fn mixed(
    resolution: &Resolution,
    loader: &RealLoader,
    files: &Files,
) -> Option<Problem> {
    let mut versions: BTreeSet<(u32, u32)> = loader.version.into_iter().collect();
    for object in &resolution.objects {
        let Some(path) = &object.path else { continue };
        if let Some(version) = object.object.as_ref().and_then(|it| it.glibc) {
            versions.insert(version);
        } else if object
            .names
            .iter()
            .any(|name| FAMILY.iter().any(|it| name == it))
        {
            versions.extend(version_beside(path, files));
        }
    }
    (versions.len() > 1).then(|| Problem::MixedGlibc(versions.into_iter().collect()))
}

/// The version of the `libc.so.6` in the folder of a library.
fn version_beside(library: &Path, files: &Files) -> Option<(u32, u32)> {
    let real = library.canonicalize().ok()?;
    files.glibc_version(&real.parent()?.join("libc.so.6"))
}
