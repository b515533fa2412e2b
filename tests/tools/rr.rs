//! rr: records a run, and replays it.

use std::process::Command;

use crate::common::Plan;
use crate::host::Host;

/// Says so, if rr is not here or cannot record: it needs the counters of a processor that it knows.
pub fn missing() -> Option<&'static str> {
    let folder = tempfile::tempdir().ok()?;
    let mut rr = Command::new("rr");
    let output = rr
        .args(["record", "true"])
        .env("_RR_TRACE_DIR", folder.path())
        .output();
    let works = output.is_ok_and(|output| output.status.success());
    (!works).then_some("rr does not work here")
}

pub fn records_and_replays(plan: Plan) {
    let host = Host::new(plan);
    let program = host.program("spawns.c", &[]);
    let trace = host.text("trace");
    let recorded = host.succeed("rr", &["record", "-o", &trace, &program, "spawn"]);
    assert!(
        recorded.contains(&format!("child {program} unset")),
        "{recorded}"
    );
    let replayed = host.succeed("rr", &["replay", "-a", &trace]);
    assert!(
        replayed.contains(&format!("child {program} unset")),
        "{replayed}"
    );
}
