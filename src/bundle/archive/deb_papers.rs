//! What Debian's policy wants to be in a package beside its files: copyright, changelog; and what lintian has to know of a bundle.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use flate2::{Compression, GzBuilder};

use super::contents::Entry;
use super::package::Package;
use crate::bundle::papers;
use crate::calendar::mail_date;

/// What lintian says of bundles that is so on purpose, and why.
const OVERRIDES: &[(&str, &str)] = &[
    (
        "It brings its libraries along, at the versions that it was built with: it has to run where the host's are others.",
        "embedded-library",
    ),
    (
        "Its libraries are found from where it is.",
        "custom-library-search-path",
    ),
    (
        "Its loader and C library are in it, so it depends on none of the host's.",
        "missing-dependency-on-libc",
    ),
    (
        "The loader can be started by itself, with a program as its argument.",
        "shared-library-is-executable",
    ),
    (
        "The loader needs no other library.",
        "shared-library-lacks-prerequisites",
    ),
    (
        "What its libraries need is in it.",
        "undeclared-elf-prerequisites",
    ),
    (
        "What was built without debugging information to be kept apart is as it was built.",
        "unstripped-binary-or-object",
    ),
    (
        "Programs that need no loader are bundled too.",
        "statically-linked-binary",
    ),
    (
        "Scripts find their interpreter in the bundle.",
        "unusual-interpreter",
    ),
    (
        "Files of the Nix store have the time 1, and by it Python knows that what it has compiled is still good.",
        "package-contains-ancient-file",
    ),
    (
        "The copyright notices are those in the licenses of its parts.",
        "copyright-without-copyright-notice",
    ),
    (
        "The programs' own manual pages are in the bundle, if they have any.",
        "no-manual-page",
    ),
];

/// Adds them, below usr/share.
///
/// # Errors
/// The licenses in the bundle cannot be read.
pub(super) fn add(entries: &mut Vec<Entry>, bundle: &Path, package: &Package<'_>) -> Result<()> {
    let documents = Path::new("usr/share/doc").join(&package.name);
    let text = copyright(bundle, package)?;
    entries.push(Entry::text(documents.join("copyright"), text.into_bytes()));
    let mut gzip: flate2::write::GzEncoder<_> = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::best());
    gzip.write_all(changelog(package).as_bytes())?;
    entries.push(Entry::text(documents.join("changelog.gz"), gzip.finish()?));
    let overrides = Path::new("usr/share/lintian/overrides").join(&package.name);
    entries.push(Entry::text(overrides, overrides_of(package).into_bytes()));
    Ok(())
}

fn copyright(bundle: &Path, package: &Package<'_>) -> Result<String> {
    let manifest = package.manifest;
    let list = papers::licenses_of(bundle)?;
    let list = list.unwrap_or_else(|| "It is not known which licenses they have.\n".to_owned());
    Ok(format!(
        "This package was made by `ldshim bundle` of {} {} and all that it needs.\n\
         Each part of it has its own copyright holders and license:\n\n{list}\n\
         The texts of the licenses are in /{}/share/licenses, as far as they came with the parts.\n\
         On Debian systems the common ones are in /usr/share/common-licenses.\n",
        manifest.name,
        manifest.release,
        package.folder().display()
    ))
}

fn changelog(package: &Package<'_>) -> String {
    format!(
        "{} ({}) unstable; urgency=medium\n\n  * Made by `ldshim bundle` of {} {}.\n\n -- {}  {}\n",
        package.name,
        package.version,
        package.manifest.name,
        package.manifest.release,
        package.maintainer,
        mail_date(package.time)
    )
}

fn overrides_of(package: &Package<'_>) -> String {
    let mut text = String::new();
    for (why, tag) in OVERRIDES {
        text += &format!("# {why}\n{}: {tag}\n", package.name);
    }
    text
}
