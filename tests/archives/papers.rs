//! Licenses and parts of a bundle.

use std::fs;

use ldshim::bundle::archive::Format;
use ldshim::bundle::papers;
use serde_json::Value;

use crate::made::Made;

const PART: &str = "0123456789abcdfghijklmnpqrsvwxyz-hello-2.12";

/// A bundle whose files say that they are from a store path which is not here, and from a package of Debian which is.
fn described() -> Made {
    let mut made = Made::new();
    made.file("root/usr/bin/dpkg", b"", true);
    made.manifest.files.last_mut().unwrap().source = Some("/usr/bin/dpkg".into());
    made.file("root/none", b"", false);
    made.manifest.files.last_mut().unwrap().source = Some("/none".into());
    papers::add(&made.bundle(), &mut made.manifest, 1).unwrap();
    made.save();
    made
}

#[test]
fn parts_are_listed_with_their_licenses_or_without() {
    let made = described();
    let list = fs::read_to_string(made.bundle().join(papers::LICENSES)).unwrap();
    let text = format!("hello 2.12 (/nix/store/{PART})\n    license unknown");
    assert!(list.contains(&text), "{list}");
    assert!(
        list.contains("\n    license in share/licenses/dpkg/copyright\n"),
        "{list}"
    );
    assert!(list.contains("/none\n    license unknown"), "{list}");
    let copied = made.bundle().join("share/licenses/dpkg/copyright");
    assert_eq!(
        fs::read(copied).unwrap(),
        fs::read("/usr/share/doc/dpkg/copyright").unwrap()
    );
}

#[test]
fn the_parts_are_a_document_of_spdx() {
    let made = described();
    let text = fs::read(made.bundle().join(papers::PARTS)).unwrap();
    let document: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(document["spdxVersion"], "SPDX-2.3");
    assert_eq!(document["creationInfo"]["created"], "1970-01-01T00:00:01Z");
    let packages = document["packages"].as_array().unwrap();
    let names: Vec<_> = packages
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["hello", "hello", "dpkg", "/none"]);
    // Each that is named in a relation is there, and each but the bundle is in it.
    let relations = document["relationships"].as_array().unwrap();
    assert_eq!(relations.len(), packages.len());
    for (package, relation) in packages.iter().zip(relations) {
        assert_eq!(package["SPDXID"], relation["relatedSpdxElement"]);
        assert_eq!(package["licenseDeclared"], "NOASSERTION");
    }
}

#[test]
fn they_are_in_packages_too() {
    let made = described();
    let (deb, _) = made.write(Format::Deb, "hello.deb").unwrap();
    let mut unpack = std::process::Command::new("dpkg-deb");
    let out = made.path("out");
    crate::made::run(unpack.arg("-x").arg(deb).arg(&out));
    let copyright = fs::read_to_string(out.join("usr/share/doc/hello-bundle/copyright")).unwrap();
    assert!(
        copyright.contains("license in share/licenses/dpkg/copyright"),
        "{copyright}"
    );
    assert!(
        out.join("usr/lib/hello-bundle/share/sbom.spdx.json")
            .is_file()
    );
}
