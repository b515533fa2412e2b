//! The list of parts for programs: SPDX 2.3 (ISO/IEC 5962:2021 with later additions), as JSON.
//!
//! The fields are those of the specification's clauses 6 (document), 7 (package) and 11 (relationship).

use anyhow::Result;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::part::Part;
use crate::bundle::hash::hexadecimal;
use crate::bundle::manifest::Manifest;
use crate::calendar::iso_date;

/// What is said where nothing is known.
const NOTHING: &str = "NOASSERTION";

pub(super) fn document(manifest: &Manifest, parts: &[Part], time: u32) -> Result<String> {
    let own = "SPDXRef-Bundle";
    let mut packages = vec![package(own, &manifest.name, Some(&manifest.release), None)];
    let mut relations = vec![relation("SPDXRef-DOCUMENT", "DESCRIBES", own)];
    for (number, part) in parts.iter().enumerate() {
        let id = format!("SPDXRef-Part-{}", number + 1);
        let comment = comment(part);
        packages.push(package(
            &id,
            &part.name,
            part.version.as_deref(),
            Some(&comment),
        ));
        relations.push(relation(own, "CONTAINS", &id));
    }
    let title = format!("{}-{}", manifest.name, manifest.release);
    // Other parts are another document.
    let hash = Sha256::digest(serde_json::to_vec(&packages)?);
    let document = json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": title,
        "documentNamespace": format!("urn:sha256:{}", hexadecimal(&hash)),
        "creationInfo": {
            "created": iso_date(time),
            "creators": [concat!("Tool: ldshim-", env!("CARGO_PKG_VERSION"))],
        },
        "packages": packages,
        "relationships": relations,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn package(id: &str, name: &str, version: Option<&str>, comment: Option<&str>) -> Value {
    let mut package = json!({
        "SPDXID": id,
        "name": name,
        "downloadLocation": NOTHING,
        "filesAnalyzed": false,
        "licenseConcluded": NOTHING,
        "licenseDeclared": NOTHING,
        "copyrightText": NOTHING,
    });
    for (field, text) in [("versionInfo", version), ("comment", comment)] {
        if let Some(text) = text {
            package[field] = text.into();
        }
    }
    package
}

fn comment(part: &Part) -> String {
    let from = match &part.store_path {
        Some(path) => format!("From {}. ", path.display()),
        None => String::new(),
    };
    let places: Vec<_> = part
        .places
        .iter()
        .map(|it| it.display().to_string())
        .collect();
    let licenses = match places.is_empty() {
        true => "It came without the text of a license.".to_owned(),
        false => format!("Licenses: {}", places.join(", ")),
    };
    from + &licenses
}

fn relation(from: &str, kind: &str, to: &str) -> Value {
    json!({
        "spdxElementId": from,
        "relationshipType": kind,
        "relatedSpdxElement": to,
    })
}
