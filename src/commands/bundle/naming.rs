//! What a bundle is called.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::{Result, ensure};

use crate::nix::name_and_version;

/// Name and version of the package that a program is of: of `/nix/store/HASH-NAME-VERSION/...`, as `parseDrvName` of Nix takes them
/// apart. Otherwise the program's name, and "0".
pub(super) fn package(source: &Path, program: &OsStr) -> (String, String) {
    let rest = source.strip_prefix("/nix/store").ok();
    let folder = rest.and_then(|it| it.components().next());
    let folder = folder.map(|it| it.as_os_str().to_string_lossy().into_owned());
    let whole = folder
        .as_ref()
        .and_then(|it| it.split_once('-'))
        .map(|it| it.1);
    let Some(whole) = whole else {
        return (program.to_string_lossy().into_owned(), "0".to_owned());
    };
    let (name, version) = name_and_version(whole);
    (name.to_owned(), version.unwrap_or("0").to_owned())
}

/// Whether a name or a version that a user gives can be one.
///
/// # Errors
/// It is empty, or would garble what is printed.
pub(super) fn check(flag: &str, text: Option<&str>) -> Result<()> {
    let Some(text) = text else { return Ok(()) };
    ensure!(
        !text.is_empty(),
        "{flag} is empty: leave it out, or say something"
    );
    ensure!(
        !text.contains(char::is_control),
        "{flag} has control characters in it"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_name_and_version() {
        let is = |source: &str, name: &str, version: &str| {
            let expected = (name.to_owned(), version.to_owned());
            assert_eq!(
                package(Path::new(source), OsStr::new("p")),
                expected,
                "{source}"
            );
        };
        is("/nix/store/abc-hello-2.12.1/bin/hello", "hello", "2.12.1");
        is("/nix/store/abc-python3-3.11-bin/bin/p", "python3", "3.11");
        is("/nix/store/abc-tool/bin/p", "tool", "0");
        is("/usr/bin/p", "p", "0");
    }
}
