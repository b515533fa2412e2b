//! Where databases are that an index can be made of: on this machine, and in the release that is published each week.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use loader_stub::elf::MACHINE;
use memchr::memmem;

use super::place::{default_database, variable};
use crate::elf::Architecture;
use crate::nix::STORE;

/// The variable that names another database than the published one: an address or a file.
pub const FROM_VARIABLE: &str = "LDSHIM_INDEX_FROM";

/// About how large the published database is, for those who are asked.
pub const PUBLISHED_SIZE: &str = "48 MB";

/// The newest release of <https://github.com/nix-community/nix-index-database>, which has a file for each system.
const RELEASE: &str =
    "https://github.com/nix-community/nix-index-database/releases/latest/download/index-";

/// For which systems there is one.
const PUBLISHED: [&str; 2] = ["x86_64-linux", "aarch64-linux"];

/// What nix-index-database's modules put in the place of nix-index's own command, and where that is if PATH does not say.
const NIX_LOCATE: &str = "nix-locate";
const SYSTEM_COMMANDS: &str = "/run/current-system/sw/bin";

/// What a user names as the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// An address that Nix can download from.
    Url(String),
    /// A file.
    File(PathBuf),
}

impl Named {
    /// An address has a scheme; anything else is a file.
    ///
    /// # Errors
    /// An address is not UTF-8.
    pub fn parse(text: &OsStr) -> Result<Self> {
        if memmem::find(text.as_bytes(), b"://").is_none() {
            return Ok(Self::File(text.into()));
        }
        let url = text.to_str().map(str::to_owned);
        Ok(Self::Url(url.with_context(|| {
            format!("cannot download from {}: it is not UTF-8", text.display())
        })?))
    }

    /// What LDSHIM_INDEX_FROM says, if anything.
    ///
    /// # Errors
    /// It is an address and not UTF-8.
    pub fn by_variable() -> Result<Option<Self>> {
        let named = variable(FROM_VARIABLE);
        let named = named.map(|it: OsString| Self::parse(&it)).transpose();
        named.context(FROM_VARIABLE)
    }
}

/// The address of the database that is published for this machine.
///
/// # Errors
/// There is none.
pub fn published() -> Result<String> {
    let own = Architecture::ALL
        .into_iter()
        .find(|it| it.machine == MACHINE);
    let system = own.map_or("this machine", |it| it.nix_system);
    ensure!(
        PUBLISHED.contains(&system),
        "nobody publishes a database for {system}; run `nix-index`, then `ldshim index import`, or name a database with --from"
    );
    Ok(format!("{RELEASE}{system}"))
}

/// The databases of this machine: that of nix-index, and that of nix-index-database's `nix-locate`.
#[must_use]
pub fn on_this_machine() -> Vec<PathBuf> {
    let of_nix_index = default_database().ok();
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from(SYSTEM_COMMANDS)]);
    let wrapped = folders
        .filter(|it| it.is_absolute())
        .find_map(|folder| database_of(&folder.join(NIX_LOCATE)));
    let all = of_nix_index.into_iter().chain(wrapped);
    all.filter(|it| it.is_file()).collect()
}

/// The database that a wrapper names: it sets NIX_INDEX_DATABASE to a directory in the store with a file `files`.
fn database_of(wrapper: &Path) -> Option<PathBuf> {
    let bytes = fs::read(wrapper).ok()?;
    let store = format!("{STORE}/");
    let mut places = memmem::find_iter(&bytes, store.as_bytes());
    places.find_map(|at| {
        let is_of_path = |byte: &&u8| byte.is_ascii_alphanumeric() || b"/+-._?=".contains(byte);
        let length = bytes[at..].iter().take_while(is_of_path).count();
        let database = Path::new(OsStr::from_bytes(&bytes[at..at + length])).join("files");
        database.is_file().then_some(database)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme() {
        let parse = |text: &str| Named::parse(OsStr::new(text)).unwrap();
        let url = "https://example.org/index";
        assert_eq!(parse(url), Named::Url(url.into()));
        assert_eq!(parse("/tmp/files"), Named::File("/tmp/files".into()));
        assert_eq!(parse("files"), Named::File("files".into()));
        let bad = OsStr::from_bytes(b"https://\xff");
        assert!(Named::parse(bad).is_err());
    }

    #[test]
    fn a_wrapper_without_a_database_names_none() {
        let wrapper = tempfile::NamedTempFile::new().unwrap();
        for text in ["", "/nix/store/", "NIX_INDEX_DATABASE=/nix/store/none\0"] {
            fs::write(wrapper.path(), text).unwrap();
            assert_eq!(database_of(wrapper.path()), None, "{text:?}");
        }
    }
}
