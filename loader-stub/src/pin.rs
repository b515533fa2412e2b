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
/// `S_IWUSR`
const WRITABLE: u32 = 0o200;
const ROOT: u32 = 0;
/// The user who stands for all that a user namespace does not have: `DEFAULT_OVERFLOWUID` in the kernel's
/// include/linux/highuid.h.
const UNKNOWN: u32 = 65534;

/// Where the pin of a program would be, and whose pins are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'b> {
    /// The pin's directory.
    pub path: &'b CStr,
    /// Whether it is among root's pins, and not among a user's.
    pub is_of_system: bool,
}

/// Where the pin of a program would be. A relative directory counts as none, as the XDG Base Directory
/// Specification has it. `None` if the path is too long, or one that no list of directories can have in it.
pub fn place<'b>(
    settings: &Settings<'_>,
    secure: bool,
    identity: Identity,
    buffer: &'b mut PathBuffer,
) -> Option<Place<'b>> {
    let homes = [
        (settings.state_home, IN_STATE_HOME),
        (settings.home, IN_HOME),
    ];
    let mut own = homes
        .into_iter()
        .filter_map(|(home, rest)| Some((home?, rest)))
        .filter(|(home, _)| !secure && home.first() == b'/');
    let own = own.next();
    let (home, rest) = match own {
        Some((home, rest)) => (home.to_c_str().to_bytes(), rest),
        None => (&b""[..], SYSTEM_DIR),
    };
    if home.iter().any(|byte| b":;".contains(byte)) {
        return None;
    }
    let path = buffer.concat(&[home, rest.as_bytes(), &identity.digits()])?;
    Some(Place {
        path,
        is_of_system: own.is_none(),
    })
}

/// Whether the stub trusts a pin whose directory has this owner and mode. `user` is whose rights the program has. Its
/// owner has to be able to write to it: in a Nix store any user can have a directory of root's made, with whatever
/// they like in it, and none of those can be written to.
pub fn is_trusted(owner: u32, mode: u32, user: u32, is_of_system: bool) -> bool {
    let trusted = if is_of_system { ROOT } else { user };
    owner == trusted && owner != UNKNOWN && mode & (WRITABLE | WRITABLE_BY_OTHERS) == WRITABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDENTITY: &[u8] = b"0123456789abcdef";

    fn check(
        state_home: Option<&'static CStr>,
        home: Option<&'static CStr>,
        expected: &[u8],
        is_of_system: bool,
    ) {
        let settings = Settings {
            state_home: state_home.map(Into::into),
            home: home.map(Into::into),
            ..Settings::default()
        };
        let identity = Identity::parse(IDENTITY).unwrap();
        let (mut buffer, mut other) = (PathBuffer::new(), PathBuffer::new());
        let found = place(&settings, false, identity, &mut buffer).unwrap();
        assert_eq!(found.path.to_bytes(), [expected, IDENTITY].concat());
        assert_eq!(found.is_of_system, is_of_system);
        let privileged = place(&settings, true, identity, &mut other).unwrap();
        let expected = [SYSTEM_DIR.as_bytes(), IDENTITY].concat();
        assert_eq!(privileged.path.to_bytes(), expected);
        assert!(privileged.is_of_system);
    }

    #[test]
    fn are_in_the_users_state_directory_and_roots_for_privileged_programs() {
        check(Some(c"/s"), Some(c"/home"), b"/s/ldshim/pins/", false);
        let in_home = b"/home/.local/state/ldshim/pins/";
        check(None, Some(c"/home"), in_home, false);
        check(Some(c"s"), Some(c"/home"), in_home, false);
        check(None, None, b"/etc/ldshim/pins/", true);
        check(None, Some(c"home"), b"/etc/ldshim/pins/", true);
    }

    #[test]
    fn are_not_looked_for_by_a_path_that_is_too_long_or_would_be_several() {
        let long = std::ffi::CString::new([b'/'; 1000]).unwrap();
        for home in [&long, c"/home:me", c"/home;me"] {
            let settings = Settings {
                home: Some(home.into()),
                ..Settings::default()
            };
            let identity = Identity::parse(IDENTITY).unwrap();
            let mut buffer = PathBuffer::new();
            assert_eq!(
                place(&settings, false, identity, &mut buffer),
                None,
                "{home:?}"
            );
        }
    }

    #[test]
    fn are_trusted_if_nobody_else_could_have_written_them() {
        assert!(is_trusted(1000, 0o40_755, 1000, false));
        assert!(is_trusted(0, 0o40_700, 0, false));
        assert!(is_trusted(0, 0o40_755, 1000, true), "root's, for a service");
        for (owner, mode, user, is_of_system) in [
            (1001, 0o40_755, 1000, false),
            (0, 0o40_755, 1000, false),
            (1000, 0o40_755, 0, false),
            (1000, 0o40_775, 1000, false),
            (1000, 0o40_757, 1000, false),
            (1000, 0o40_755, 1000, true),
            (0, 0o40_775, 0, true),
            (0, 0o40_555, 0, false),
            (65534, 0o40_755, 65534, false),
        ] {
            let trusted = is_trusted(owner, mode, user, is_of_system);
            assert!(!trusted, "{owner} {mode:o} {user} {is_of_system}");
        }
    }
}
