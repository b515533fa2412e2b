//! Reading `bundle.json`, whoever wrote it.
//!
//! Archives are written by what it says, so nothing in it may lead out of the bundle.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::manifest::{FILE_NAME, FileKind, Manifest, VERSION};
use crate::printable::Shown as _;

/// Reads the `bundle.json` of a bundle's folder.
///
/// # Errors
/// There is none, it is damaged or of another version, or something in it leads out of the bundle.
pub fn read(bundle: &Path) -> Result<Manifest> {
    let file = bundle.join(FILE_NAME);
    let what = || format!("cannot read the bundle {}", bundle.display());
    fs::metadata(bundle).with_context(what)?;
    let bytes = fs::read(&file)
        .with_context(|| format!("{FILE_NAME} cannot be read; bundles have one"))
        .with_context(what)?;
    parse(&bytes).with_context(what)
}

/// The manifest in the bytes of a `bundle.json`.
///
/// # Errors
/// They are damaged or of another version, or something in them leads out of the bundle.
pub fn parse(bytes: &[u8]) -> Result<Manifest> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let damaged = || format!("{FILE_NAME} is damaged");
    let Versioned { version } = serde_json::from_slice(bytes).with_context(damaged)?;
    ensure!(
        version == VERSION,
        "{FILE_NAME} has the format {version}, and this ldshim reads {VERSION}: use the ldshim that wrote it"
    );
    let manifest: Manifest = serde_json::from_slice(bytes).with_context(damaged)?;
    check(&manifest).with_context(damaged)?;
    Ok(manifest)
}

fn check(manifest: &Manifest) -> Result<()> {
    for text in [&manifest.name, &manifest.release, &manifest.system] {
        ensure!(
            !text.is_empty() && !text.contains(char::is_control),
            "its name, release or system is empty or has control characters"
        );
    }
    let mut places = BTreeSet::new();
    for file in &manifest.files {
        let place = file.place.as_path();
        ensure!(is_inside(place), "{} is no place", shown(place));
        ensure!(places.insert(place), "{} is there twice", shown(place));
        if let FileKind::Link { target } = &file.kind {
            check_target(place, target)?;
        }
    }
    ensure!(
        !places.contains(Path::new(FILE_NAME)),
        "it lists {FILE_NAME} itself"
    );
    for place in &places {
        let mut above = place.ancestors().skip(1);
        if let Some(file) = above.find(|it| places.contains(it)) {
            bail!("{} lies in {}, a file", shown(place), shown(file));
        }
    }
    for program in &manifest.programs {
        let is_name = is_inside(Path::new(&program.name)) && !program.name.contains('/');
        ensure!(is_name, "{:?} is no name of a program", program.name);
        ensure!(
            places.contains(program.place.as_path()),
            "the program {} is not among its files",
            shown(&program.place)
        );
        ensure!(
            places.contains(Path::new("bin").join(&program.name).as_path()),
            "bin/{} is not among its files",
            program.name
        );
    }
    Ok(())
}

/// A path without `..` and `.`, that begins with a name. Control characters would garble lists and scripts.
pub fn is_inside(place: &Path) -> bool {
    let text = place.to_str().unwrap_or("\0");
    let plain: Vec<_> = text.split('/').collect();
    !text.contains(char::is_control) && plain.iter().all(|it| !matches!(*it, "" | "." | ".."))
}

/// A target goes up first and down then, and no higher than the bundle: so it stays inside whatever other links it passes.
fn check_target(place: &Path, target: &Path) -> Result<()> {
    let leaves = || format!("the link {} leads out of the bundle", shown(place));
    let above = target
        .components()
        .take_while(|it| *it == Component::ParentDir);
    let above = above.count();
    let below = target.components().skip(above);
    let mut below = below.filter(|it| *it != Component::CurDir).peekable();
    // To a folder above it, as packages have some, but not to the bundle's own.
    let own = usize::from(below.peek().is_none());
    let is_inside = above + own < place.components().count();
    ensure!(
        target.is_relative() && !target.as_os_str().is_empty() && is_inside,
        leaves()
    );
    ensure!(below.all(|it| matches!(it, Component::Normal(_))), leaves());
    Ok(())
}

fn shown(path: &Path) -> String {
    path.shown()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::File;

    fn manifest(files: &[(&str, Option<&str>)]) -> String {
        let mut manifest = Manifest::new("a".into(), "1".into(), "x86_64-linux".into());
        manifest.files = files
            .iter()
            .map(|(place, target)| File {
                place: place.into(),
                kind: match target {
                    Some(target) => FileKind::Link {
                        target: target.into(),
                    },
                    None => FileKind::File {
                        size: 0,
                        executable: false,
                        sha256: String::new(),
                    },
                },
                source: None,
                why: String::new(),
            })
            .collect();
        serde_json::to_string(&manifest).unwrap()
    }

    fn error(text: &str) -> String {
        format!("{:#}", parse(text.as_bytes()).unwrap_err())
    }

    #[test]
    fn places_and_links_inside_are_read() {
        let text = manifest(&[
            ("bin/a", Some("../store/x/bin/a")),
            ("store/x/bin/a", None),
            ("lib/libz.so", Some("libz.so.1")),
            ("b", Some("bin")),
            ("store/x/self", Some(".")),
            ("store/x/lib/up", Some("..")),
        ]);
        let manifest = parse(text.as_bytes()).unwrap();
        assert_eq!(manifest.files.len(), 6);
    }

    #[test]
    fn places_outside_are_refused() {
        for place in [
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a/./b",
            "",
            "a//b",
            "a\nb",
        ] {
            assert!(
                error(&manifest(&[(place, None)])).contains("is no place"),
                "{place}"
            );
        }
    }

    #[test]
    fn links_that_lead_out_are_refused() {
        for (place, target) in [
            ("a", "/etc"),
            ("a", ".."),
            ("a", "../x"),
            ("b/a", "../../x"),
            ("b/a", "../c/../../../x"),
            ("b/a", ".."),
            ("a", ""),
            ("a", "."),
            ("b/a", "./../.."),
        ] {
            let said = error(&manifest(&[(place, Some(target))]));
            assert!(said.contains("leads out of the bundle"), "{target}: {said}");
        }
    }

    #[test]
    fn nothing_lies_in_a_link() {
        let text = manifest(&[("a", Some("b")), ("a/c", None)]);
        assert!(error(&text).contains("a/c lies in a, a file"));
        let text = manifest(&[("a", None), ("a", None)]);
        assert!(error(&text).contains("a is there twice"));
    }

    #[test]
    fn a_newer_format_is_named_even_if_all_else_is_different() {
        let said = error(r#"{"version": 2, "things": []}"#);
        assert!(
            said.contains("has the format 2, and this ldshim reads 1"),
            "{said}"
        );
        for text in ["", "{", "[]", "{}", r#"{"version": 1}"#] {
            assert!(error(text).contains("is damaged"), "{text}");
        }
    }
}
