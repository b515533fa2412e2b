//! Pins: library environments that belong to one program each.
//!
//! `ldshim pin` makes them. The stub asks once, by the path that the program's identity gives, whether there is
//! one. `ldshim explain` asks by the same code.

use core::ffi::CStr;

use crate::env::Settings;
use crate::identity::Identity;
use crate::path_buffer::PathBuffer;

/// Root's pins, for programs that run with more rights than their caller has, and where there is no home.
pub const SYSTEM_DIR: &str = "/etc/ldshim/pins/";
/// A user's pins, in the directory that `XDG_STATE_HOME` names.
const IN_STATE_HOME: &str = "/ldshim/pins/";
/// A user's pins, where that is not set: in the directory that `HOME` names.
const IN_HOME: &str = "/.local/state/ldshim/pins/";

/// The name of the link in a pin, as it follows the directory, to what keeps the pin's paths in the store. All of
/// them are there if its target is.
pub const MANIFEST: &str = "/manifest";

/// `S_IWGRP` and `S_IWOTH` in the kernel's include/uapi/linux/stat.h.
const WRITABLE_BY_OTHERS: u32 = 0o022;
const ROOT: u32 = 0;

/// Where the pin of a program would be. A relative directory counts as none, as the XDG Base Directory
/// Specification has it. `None` if the path is too long.
pub fn place<'b>(
    settings: &Settings<'_>,
    secure: bool,
    identity: Identity,
    buffer: &'b mut PathBuffer,
) -> Option<&'b CStr> {
    let homes = [
        (settings.state_home, IN_STATE_HOME),
        (settings.home, IN_HOME),
    ];
    let mut own = homes
        .into_iter()
        .filter_map(|(home, rest)| Some((home?, rest)))
        .filter(|(home, _)| !secure && home.first() == b'/');
    let (home, rest) = match own.next() {
        Some((home, rest)) => (home.to_c_str().to_bytes(), rest),
        None => (&b""[..], SYSTEM_DIR),
    };
    buffer.concat(&[home, rest.as_bytes(), &identity.digits()])
}

/// Whether the stub trusts a pin whose directory has this owner and mode. `user` is whose rights the program has.
pub fn is_trusted(owner: u32, mode: u32, user: u32, secure: bool) -> bool {
    let is_own = owner == ROOT || owner == user && !secure;
    is_own && mode & WRITABLE_BY_OTHERS == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDENTITY: &[u8] = b"0123456789abcdef";

    fn check(state_home: Option<&'static CStr>, home: Option<&'static CStr>, expected: &[u8]) {
        let settings = Settings {
            state_home: state_home.map(Into::into),
            home: home.map(Into::into),
            ..Settings::default()
        };
        let identity = Identity::parse(IDENTITY).unwrap();
        let (mut buffer, mut other) = (PathBuffer::new(), PathBuffer::new());
        let found = place(&settings, false, identity, &mut buffer).unwrap();
        assert_eq!(found.to_bytes(), [expected, IDENTITY].concat());
        let privileged = place(&settings, true, identity, &mut other).unwrap();
        assert_eq!(
            privileged.to_bytes(),
            [SYSTEM_DIR.as_bytes(), IDENTITY].concat()
        );
    }

    #[test]
    fn are_in_the_users_state_directory_and_roots_for_privileged_programs() {
        check(Some(c"/s"), Some(c"/home"), b"/s/ldshim/pins/");
        check(None, Some(c"/home"), b"/home/.local/state/ldshim/pins/");
        check(
            Some(c"s"),
            Some(c"/home"),
            b"/home/.local/state/ldshim/pins/",
        );
        check(None, None, b"/etc/ldshim/pins/");
        check(None, Some(c"home"), b"/etc/ldshim/pins/");
    }

    #[test]
    fn are_not_looked_for_by_a_path_that_is_too_long() {
        let long = std::ffi::CString::new([b'/'; 1000]).unwrap();
        let settings = Settings {
            home: Some((&*long).into()),
            ..Settings::default()
        };
        let identity = Identity::parse(IDENTITY).unwrap();
        let found = place(&settings, false, identity, &mut PathBuffer::new()).is_some();
        assert!(!found);
    }

    #[test]
    fn are_trusted_if_nobody_else_could_have_written_them() {
        assert!(is_trusted(1000, 0o40_755, 1000, false));
        assert!(is_trusted(0, 0o40_755, 1000, false), "root's");
        assert!(is_trusted(0, 0o40_755, 0, true));
        for (owner, mode, secure) in [
            (1001, 0o40_755, false),
            (1000, 0o40_775, false),
            (1000, 0o40_757, false),
            (1000, 0o40_755, true),
            (0, 0o40_775, true),
        ] {
            assert!(!is_trusted(owner, mode, 1000, secure), "{owner} {mode:o}");
        }
    }
}
