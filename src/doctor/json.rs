//! Findings for programs. docs/doctor-json.md describes the format.

use serde_json::{Value, json};

use super::{Certainty, Diagnosis, Group, is_healthy};

/// All findings.
#[must_use]
pub fn groups(groups: &[Group]) -> Value {
    let findings = groups.iter().flat_map(|group| {
        group.findings.iter().map(|finding| {
            json!({
                "group": group.name,
                "code": finding.code,
                "level": finding.level.name(),
                "seen": finding.seen,
                "advice": finding.advice,
            })
        })
    });
    json!({
        "schema": 1,
        "healthy": is_healthy(groups),
        "findings": findings.collect::<Vec<_>>(),
    })
}

/// What messages mean.
#[must_use]
pub fn diagnoses(diagnoses: &[Diagnosis]) -> Value {
    let messages = diagnoses.iter().map(|diagnosis| {
        let names = diagnosis.names.iter();
        let names = names.map(|(name, value)| json!({ "name": name, "value": value }));
        json!({
            "code": diagnosis.trap.code,
            "line": diagnosis.line,
            "certain": diagnosis.certainty == Certainty::Sure,
            "names": names.collect::<Vec<_>>(),
            "cause": diagnosis.trap.cause,
            "advice": diagnosis.advice(),
            "threads": diagnosis.trap.threads,
        })
    });
    json!({
        "schema": 1,
        "known": !diagnoses.is_empty(),
        "messages": messages.collect::<Vec<_>>(),
    })
}
