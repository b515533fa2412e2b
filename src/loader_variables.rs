//! The variables by which users tell a loader what to do (ld.so(8)), and commands that are not to have them.

use std::env;
use std::ffi::OsStr;
use std::process::Command;

/// Has a command start without the user's variables for loaders: its libraries are not to be others than it has
/// without them.
pub(crate) fn remove(command: &mut Command) {
    for (name, _) in env::vars_os().filter(|(name, _)| is_for_loaders(name)) {
        command.env_remove(name);
    }
}

/// Whether loaders listen to a variable, as to LD_LIBRARY_PATH.
pub(crate) fn is_for_loaders(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b"LD_") || name == "GLIBC_TUNABLES"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_of_ldshim_and_of_nix_ld_are_none() {
        for name in [
            "LD_LIBRARY_PATH",
            "LD_PRELOAD",
            "LD_AUDIT",
            "GLIBC_TUNABLES",
        ] {
            assert!(is_for_loaders(name.as_ref()), "{name}");
        }
        for name in ["LDSHIM_STUB", "NIX_LD", "NIX_LD_LIBRARY_PATH", "PATH"] {
            assert!(!is_for_loaders(name.as_ref()), "{name}");
        }
    }
}
