//! What is said of a bundle to those who get it: which store paths and packages its files are from, and their licenses.
//!
//! - `share/sbom.spdx.json`: the parts, in SPDX
//! - `share/licenses.txt`: the same for people
//! - `share/licenses/PART/`: the texts of licenses, as far as the parts came with them

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::hash::hexadecimal;
use super::manifest::{File, FileKind, Manifest};
use super::write::make_folders;
use crate::printable::Shown as _;

mod part;
mod spdx;
mod text;

use part::Part;

/// Where the list of licenses is in a bundle.
pub const LICENSES: &str = "share/licenses.txt";

/// Where the parts are listed for programs.
pub const PARTS: &str = "share/sbom.spdx.json";

/// The folder of the licenses' texts.
const TEXTS: &str = "share/licenses";

/// The list of licenses in a bundle, if it has one.
///
/// # Errors
/// It cannot be read.
pub fn licenses_of(bundle: &Path) -> Result<Option<String>> {
    let file = bundle.join(LICENSES);
    match fs::read_to_string(&file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// Writes all of this into a bundle's folder whose files are there, and adds it to what the manifest says. `time`, in seconds since
/// 1970, is when that was done.
///
/// # Errors
/// The file system refuses.
pub fn add(bundle: &Path, manifest: &mut Manifest, time: u32) -> Result<()> {
    let mut parts = part::parts(&manifest.files);
    for part in &mut parts {
        copy_texts(bundle, manifest, part)?;
    }
    let list = text::list(&parts);
    write(
        bundle,
        manifest,
        LICENSES.into(),
        list.as_bytes(),
        None,
        "licenses of all parts",
    )?;
    let parts = spdx::document(manifest, &parts, time)?;
    write(
        bundle,
        manifest,
        PARTS.into(),
        parts.as_bytes(),
        None,
        "list of all parts, in SPDX",
    )
}

/// Copies the texts of a part's licenses, whose places it has then.
fn copy_texts(bundle: &Path, manifest: &mut Manifest, part: &mut Part) -> Result<()> {
    for source in &part.texts {
        let name = source.file_name().context("a license has no name")?;
        // A text is not left out for its name, as other files are.
        let name = name.shown();
        let mut place = Path::new(TEXTS).join(&part.folder).join(&name);
        let mut number = 2;
        while manifest.files.iter().any(|it| it.place == place) {
            place = Path::new(TEXTS).join(&part.folder);
            place.push(format!("{number}-{name}"));
            number += 1;
        }
        let bytes = fs::read(source);
        let bytes = bytes.with_context(|| format!("cannot read {}", source.display()))?;
        let why = format!("license of {}", part.title());
        part.places.push(place.clone());
        write(bundle, manifest, place, &bytes, Some(source), &why)?;
    }
    Ok(())
}

fn write(
    bundle: &Path,
    manifest: &mut Manifest,
    place: PathBuf,
    bytes: &[u8],
    source: Option<&Path>,
    why: &str,
) -> Result<()> {
    let path = bundle.join(&place);
    let what = || format!("cannot write {}", path.display());
    make_folders(bundle, &place).with_context(what)?;
    fs::write(&path, bytes).with_context(what)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).with_context(what)?;
    manifest.files.push(File {
        place,
        kind: FileKind::File {
            size: bytes.len() as u64,
            executable: false,
            sha256: hexadecimal(&Sha256::digest(bytes)),
        },
        // JSON has no names that are not UTF-8.
        source: source
            .filter(|it| it.to_str().is_some())
            .map(Path::to_owned),
        why: why.to_owned(),
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn a_license_goes_along_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("bundle");
        fs::create_dir(&bundle).unwrap();
        let names = [&b"LICENSE"[..], b"LICENSE\xe9", b"LICENSE\n"];
        let texts = names.map(|it| folder.path().join(OsStr::from_bytes(it)));
        for text in &texts {
            fs::write(text, "Do as you like.").unwrap();
        }
        let mut part = Part {
            folder: "part".into(),
            name: "part".into(),
            version: None,
            store_path: None,
            texts: texts.to_vec(),
            places: Vec::new(),
        };
        let mut manifest = Manifest::new("a".into(), "1".into(), "x86_64-linux".into());
        copy_texts(&bundle, &mut manifest, &mut part).unwrap();
        let names = ["LICENSE", "LICENSE\u{fffd}", "2-LICENSE\u{fffd}"];
        let places = names.map(|it| Path::new("share/licenses/part").join(it));
        assert_eq!(part.places, places);
        let text = serde_json::to_string(&manifest).unwrap();
        assert_eq!(super::super::parse(text.as_bytes()).unwrap(), manifest);
        let source = |at: usize| manifest.files[at].source.clone();
        assert_eq!([source(0), source(1)], [Some(texts[0].clone()), None]);
    }
}
