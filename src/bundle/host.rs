//! Libraries that are left to the host.

use std::collections::BTreeSet;

use crate::drivers::{is_driver_finder, is_driver_library, loads_drivers};

/// How the names of the libraries begin that CUDA's programs need of a driver.
const CUDA: [&str; 4] = [
    "libcuda.so",
    "libcudadebugger.so",
    "libnvidia-",
    "libnvcuvid.so",
];

/// How the names of glibc's libraries for names of users, hosts and the like begin.
const NSS: &str = "libnss_";

/// Which libraries those are, by what the user says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostLibraries(Vec<String>);

impl HostLibraries {
    /// Names, with or without what follows `.so` in them, or one of the groups `gl`, `cuda` and `nss`.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self(names)
    }

    /// Whether nothing is left to the host.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of the names that are none of these libraries. A group says nothing of what is needed: drivers are loaded later.
    #[must_use]
    pub fn unknown<'a>(&'a self, libraries: &BTreeSet<String>) -> Vec<&'a str> {
        let names = self.0.iter().map(String::as_str);
        let names = names.filter(|it| !["gl", "cuda", "nss"].contains(it));
        let is_one = |name: &str| libraries.iter().any(|it| is_meant(name, it));
        names.filter(|it| !is_one(it)).collect()
    }

    /// Whether a library of this name is.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|group| match group.as_str() {
            "gl" => is_driver_library(name) || is_driver_finder(name) || loads_drivers(name),
            "cuda" => CUDA.iter().any(|it| name.starts_with(it)),
            "nss" => name.starts_with(NSS),
            own => is_meant(own, name),
        })
    }
}

/// Whether somebody who says `own` means a library of this name.
fn is_meant(own: &str, name: &str) -> bool {
    let rest = name.strip_prefix(own);
    rest.is_some_and(|it| {
        it.is_empty() || it.starts_with(".so") || own.ends_with(".so") && it.starts_with('.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_meant_whatever_its_version_is() {
        let host = HostLibraries::new(vec![
            "libz".into(),
            "libfoo.so".into(),
            "libbar.so.2".into(),
        ]);
        for name in [
            "libz.so.1",
            "libz.so",
            "libfoo.so",
            "libfoo.so.3",
            "libbar.so.2",
        ] {
            assert!(host.has(name), "{name}");
        }
        for name in ["libzstd.so.1", "libfoo2.so", "libbar.so.3", "liba.so"] {
            assert!(!host.has(name), "{name}");
        }
    }

    #[test]
    fn a_name_that_nothing_needs_is_known() {
        let host = HostLibraries::new(vec!["libz".into(), "libx".into(), "gl".into()]);
        assert_eq!(host.unknown(&["libz.so.1".to_owned()].into()), ["libx"]);
    }

    #[test]
    fn groups_have_the_drivers_and_what_finds_them() {
        let host = |group: &str| HostLibraries::new(vec![group.into()]);
        assert!(host("cuda").has("libcuda.so.1") && !host("cuda").has("libGL.so.1"));
        assert!(host("gl").has("libGL.so.1") && !host("gl").has("libc.so.6"));
        assert!(host("nss").has("libnss_sss.so.2") && !host("nss").has("libnss3.so"));
    }
}
