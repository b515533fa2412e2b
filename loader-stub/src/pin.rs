//! Pins: library environments that belong to one program each.
//!
//! `ldshim pin` makes them. The stub asks once, by the path that the program's identity gives, whether there is
//! one. `ldshim explain` asks by the same code.

use core::ffi::CStr;

use crate::env::Settings;
use crate::identity::Identity;
use crate::path_buffer::PathBuffer;
use crate::texts;

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
/// `S_IFMT` and `S_IFDIR`
const KIND: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;
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

/// What the stub makes of what is at the place of a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is no pin; a mark, perhaps, that the tool was asked before.
    NoPin,
    /// It is a pin that is not taken.
    Refused(Refusal),
    /// It is taken.
    Taken,
}

/// Why a pin is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Refusal {
    /// Somebody else may have written it.
    NotTrusted,
    /// What keeps its paths in the store is gone, and so they may be.
    PathsGone,
}

/// A line for each [`Refusal`], in its order; and what to do about it.
const REASONS: &str = "\
it belongs to another user, or others may write to it
its paths are gone from the store";
const NEXT_STEPS: &str = "\
take both away, or remove it
run `ldshim pin` again, or `ldshim unpin`";

impl Refusal {
    /// The reason in words.
    pub fn as_bytes(self) -> &'static [u8] {
        texts::line(REASONS, self as usize)
    }

    /// What a user can do about it.
    pub fn next_step(self) -> &'static [u8] {
        texts::line(NEXT_STEPS, self as usize)
    }
}

/// What the stub makes of what is at the place of a pin, and has this owner and mode there. Whether the pin's
/// [`MANIFEST`] is there is asked only if all else is well.
pub fn judge(
    owner: u32,
    mode: u32,
    user: u32,
    is_of_system: bool,
    has_manifest: impl FnOnce() -> bool,
) -> Verdict {
    if mode & KIND != DIRECTORY {
        Verdict::NoPin
    } else if !is_trusted(owner, mode, user, is_of_system) {
        Verdict::Refused(Refusal::NotTrusted)
    } else if !has_manifest() {
        Verdict::Refused(Refusal::PathsGone)
    } else {
        Verdict::Taken
    }
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

    #[test]
    fn are_taken_if_all_is_well() {
        let judged = |mode, manifest| judge(1000, mode, 1000, false, || manifest);
        assert_eq!(judged(0o40_755, true), Verdict::Taken);
        let refused = Verdict::Refused(Refusal::PathsGone);
        assert_eq!(judged(0o40_755, false), refused);
        let refused = Verdict::Refused(Refusal::NotTrusted);
        assert_eq!(judged(0o40_777, true), refused);
        assert_eq!(judged(0o120_777, true), Verdict::NoPin, "a mark");
        assert_eq!(judged(0o100_644, true), Verdict::NoPin, "a file");
        // That of a directory which anybody may have made is not asked for.
        let judged = judge(0, 0o40_755, 1000, false, || panic!("asked"));
        assert_eq!(judged, refused);
    }

    #[test]
    fn each_refusal_has_its_own_words() {
        let not_trusted = Refusal::NotTrusted;
        assert!(not_trusted.as_bytes().ends_with(b"others may write to it"));
        assert!(not_trusted.next_step().starts_with(b"take both away"));
        assert!(Refusal::PathsGone.as_bytes().starts_with(b"its paths"));
        assert!(Refusal::PathsGone.next_step().starts_with(b"run `ldshim"));
    }
}
