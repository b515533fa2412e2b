//! What the environment says to the stub.

use core::ffi::CStr;

use crate::c_library::CLibrary;
use crate::stack::Entry;

/// `_x86_64_linux` and the like: the suffix of the variables that concern one system only.
const SYSTEM_SUFFIX: &[u8] = concat!("_", env!("NIX_SYSTEM")).as_bytes();

/// The variables that the stub knows, for programs of one C library: `NIX_LD...` for those of glibc,
/// `NIX_LD_MUSL...` for those of musl, so that both can be in one environment. An empty one counts as unset.
/// Of duplicates the first counts that is not empty, as for `getenv`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings<'a> {
    /// `NIX_LD_<system>`
    pub loader_of_system: Option<&'a CStr>,
    /// `NIX_LD`
    pub loader: Option<&'a CStr>,
    /// `NIX_LD_LIBRARY_PATH_<system>`
    pub libraries_of_system: Option<&'a CStr>,
    /// `NIX_LD_LIBRARY_PATH`
    pub libraries: Option<&'a CStr>,
    /// `NIX_LD_LOG`
    pub log: Option<&'a CStr>,
    /// `NIX_LD_ON_DEMAND`
    pub on_demand: Option<&'a CStr>,
    /// `XDG_STATE_HOME`
    pub state_home: Option<Entry<'a>>,
    /// `HOME`
    pub home: Option<Entry<'a>>,
    /// `LD_LIBRARY_PATH`
    pub user: Option<UserLibraryPath<'a>>,
}

/// The entry `LD_LIBRARY_PATH=...` that the real loader would obey. Of duplicates that is the last one with glibc
/// (`process_envvars` in its elf/rtld.c), and the first one with musl (`getenv` in its ldso/dynlink.c).
#[derive(Clone, Copy, Debug)]
pub struct UserLibraryPath<'a> {
    /// The entry's place in the environment.
    pub index: usize,
    /// Its value, which may be empty, and whose length only the environment plan needs.
    pub value: Entry<'a>,
}

/// Looks through the whole environment once, for what concerns programs of `c_library`. Entries without `=` are
/// passed over.
pub fn scan<'a>(envp: &[Entry<'a>], c_library: CLibrary) -> Settings<'a> {
    let mut settings = Settings::default();
    scan_into(&mut settings, envp, c_library);
    settings
}

/// [`scan`] for the stub: returned, settings would be copied by a `memcpy`, which would have to be relocated.
pub fn scan_into<'a>(settings: &mut Settings<'a>, envp: &[Entry<'a>], c_library: CLibrary) {
    for (index, &entry) in envp.iter().enumerate() {
        match entry.first() {
            b'N' => scan_nix_ld(entry, c_library, settings),
            b'L' => {
                if let Some(value) = entry.strip_prefix(b"LD_LIBRARY_PATH=")
                    && (c_library == CLibrary::Glibc || settings.user.is_none())
                {
                    settings.user = Some(UserLibraryPath { index, value });
                }
            }
            b'H' => set_entry(&mut settings.home, entry, b"HOME="),
            b'X' => set_entry(&mut settings.state_home, entry, b"XDG_STATE_HOME="),
            _ => {}
        }
    }
}

/// Takes an entry that begins with `name` for a variable whose length need not be known.
fn set_entry<'a>(variable: &mut Option<Entry<'a>>, entry: Entry<'a>, name: &[u8]) {
    let value = entry.strip_prefix(name).filter(|value| value.first() != 0);
    *variable = variable.or(value);
}

fn scan_nix_ld<'a>(entry: Entry<'a>, c_library: CLibrary, settings: &mut Settings<'a>) {
    let Some(rest) = entry.strip_prefix(b"NIX_LD") else {
        return;
    };
    if let Some(value) = rest.strip_prefix(b"_LOG=") {
        return set(&mut settings.log, value);
    }
    if let Some(value) = rest.strip_prefix(b"_ON_DEMAND=") {
        return set(&mut settings.on_demand, value);
    }
    let rest = match c_library {
        CLibrary::Glibc => rest,
        CLibrary::Musl => match rest.strip_prefix(b"_MUSL") {
            Some(rest) => rest,
            None => return,
        },
    };
    let (rest, plain, of_system) = match rest.strip_prefix(b"_LIBRARY_PATH") {
        Some(rest) => (
            rest,
            &mut settings.libraries,
            &mut settings.libraries_of_system,
        ),
        None => (rest, &mut settings.loader, &mut settings.loader_of_system),
    };
    if let Some(value) = rest.strip_prefix(b"=") {
        set(plain, value);
    } else if let Some(value) = rest
        .strip_prefix(SYSTEM_SUFFIX)
        .and_then(|rest| rest.strip_prefix(b"="))
    {
        set(of_system, value);
    }
}

fn set<'a>(variable: &mut Option<&'a CStr>, value: Entry<'a>) {
    if value.first() != 0 {
        variable.get_or_insert(value.to_c_str());
    }
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::vec::Vec;

    use super::*;

    fn scan_texts<'a>(texts: &[&'a CStr]) -> Settings<'a> {
        scan_for(CLibrary::Glibc, texts)
    }

    fn scan_for<'a>(c_library: CLibrary, texts: &[&'a CStr]) -> Settings<'a> {
        let entries: Vec<_> = texts.iter().map(|&text| Entry::from(text)).collect();
        scan(&entries, c_library)
    }

    #[test]
    fn keeps_the_variables_of_glibc_and_of_musl_apart() {
        let of_system = format!("NIX_LD_MUSL_{}=/musl/own\0", env!("NIX_SYSTEM"));
        let libraries_of_system =
            format!("NIX_LD_MUSL_LIBRARY_PATH_{}=/m/own\0", env!("NIX_SYSTEM"));
        let c_str = |text| CStr::from_bytes_with_nul(text).unwrap();
        let texts = [
            c"NIX_LD_MUSL=/musl",
            c"NIX_LD=/glibc",
            c"NIX_LD_LIBRARY_PATH=/g",
            c"NIX_LD_MUSL_LIBRARY_PATH=/m",
            c_str(of_system.as_bytes()),
            c_str(libraries_of_system.as_bytes()),
            c"NIX_LD_LOG=info",
        ];
        let glibc = scan_for(CLibrary::Glibc, &texts);
        assert_eq!(
            (glibc.loader, glibc.libraries),
            (Some(c"/glibc"), Some(c"/g"))
        );
        assert_eq!(
            (glibc.loader_of_system, glibc.libraries_of_system),
            (None, None)
        );
        let musl = scan_for(CLibrary::Musl, &texts);
        assert_eq!((musl.loader, musl.libraries), (Some(c"/musl"), Some(c"/m")));
        assert_eq!(musl.loader_of_system, Some(c"/musl/own"));
        assert_eq!(musl.libraries_of_system, Some(c"/m/own"));
        assert_eq!((glibc.log, musl.log), (Some(c"info"), Some(c"info")));
    }

    #[test]
    fn finds_every_variable() {
        let own = format!("NIX_LD_{}=/own\0", env!("NIX_SYSTEM"));
        let own_libraries = format!("NIX_LD_LIBRARY_PATH_{}=/own/lib\0", env!("NIX_SYSTEM"));
        let c_str = |text| CStr::from_bytes_with_nul(text).unwrap();
        let settings = scan_texts(&[
            c"PATH=/bin",
            c"NIX_LD_LIBRARY_PATH=/lib",
            c"NIX_LD=/ld.so",
            c_str(own.as_bytes()),
            c_str(own_libraries.as_bytes()),
            c"LD_LIBRARY_PATH=/u",
            c"NIX_LD_LOG=info",
            c"HOME=",
            c"HOME=/home/me",
            c"HOME=/other",
            c"XDG_STATE_HOME=/state",
            c"NIX_LD_ON_DEMAND=1",
        ]);
        assert_eq!(settings.home.map(Entry::to_c_str), Some(c"/home/me"));
        assert_eq!(settings.state_home.map(Entry::to_c_str), Some(c"/state"));
        assert_eq!(settings.on_demand, Some(c"1"));
        assert_eq!(settings.loader, Some(c"/ld.so"));
        assert_eq!(settings.loader_of_system, Some(c"/own"));
        assert_eq!(settings.libraries, Some(c"/lib"));
        assert_eq!(settings.libraries_of_system, Some(c"/own/lib"));
        assert_eq!(settings.log, Some(c"info"));
        let user = settings.user.unwrap();
        assert_eq!((user.index, user.value.to_c_str()), (5, c"/u"));
    }

    #[test]
    fn ignores_names_that_only_begin_alike() {
        let settings = scan_texts(&[
            c"NIX_LDX=1",
            c"NIX_LD",
            c"NIX_LD_=2",
            c"NIX_LD_mips_linux=3",
            c"LD_LIBRARY_PATHS=4",
            c"HOMEX=5",
            c"XDG_STATE_HOMES=6",
            c"NIX_LD_ON_DEMANDS=7",
        ]);
        assert!(
            settings.loader.is_none()
                && settings.home.is_none()
                && settings.state_home.is_none()
                && settings.on_demand.is_none()
                && settings.loader_of_system.is_none()
                && settings.user.is_none()
        );
    }

    #[test]
    fn goes_on_after_an_entry_without_equals_sign() {
        assert_eq!(
            scan_texts(&[c"odd", c"", c"=", c"NIX_LD=/x"]).loader,
            Some(c"/x")
        );
    }

    #[test]
    fn takes_an_empty_variable_for_an_unset_one() {
        let settings = scan_texts(&[c"NIX_LD=", c"NIX_LD_LIBRARY_PATH="]);
        assert!(settings.loader.is_none() && settings.libraries.is_none());
    }

    #[test]
    fn takes_the_first_duplicate_of_its_own_and_the_last_of_the_loaders() {
        let settings = scan_texts(&[
            c"NIX_LD=/1",
            c"LD_LIBRARY_PATH=/1",
            c"NIX_LD=/2",
            c"LD_LIBRARY_PATH=",
        ]);
        assert_eq!(settings.loader, Some(c"/1"));
        let user = settings.user.unwrap();
        assert_eq!((user.index, user.value.to_c_str()), (3, c""));
        let texts = [c"LD_LIBRARY_PATH=/1", c"LD_LIBRARY_PATH="];
        let user = scan_for(CLibrary::Musl, &texts).user.unwrap();
        assert_eq!(
            (user.index, user.value.to_c_str()),
            (0, c"/1"),
            "musl's getenv takes the first"
        );
    }
}
