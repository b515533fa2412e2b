//! perf: counts where the time goes by program, library and function.

use std::process::Command;

use crate::common::Plan;
use crate::host::Host;

/// Says so, if perf cannot record here: it takes rights, and a perf for any kernel.
pub fn missing() -> Option<&'static str> {
    let file = tempfile::NamedTempFile::new().ok()?;
    let mut perf = Command::new("perf");
    perf.args(["record", "--quiet", "-e", "cpu-clock", "-o"]);
    let output = perf.arg(file.path()).args(["--", "true"]).output();
    let works = output.is_ok_and(|output| output.status.success());
    (!works).then_some("perf does not work here")
}

pub fn finds_the_symbols_of_programs_and_libraries(plan: Plan) {
    let host = Host::new(plan);
    let program = host.program("busy.c", &["-lz"]);
    host.succeed(
        "perf",
        &["record", "-e", "cpu-clock", "-o", "data", &program],
    );
    let report = ["report", "-i", "data", "--stdio", "--sort", "dso,symbol"];
    let text = host.succeed("perf", &report);
    let has = |object: &str, symbol: &str| {
        text.lines()
            .any(|line| line.contains(object) && line.contains(symbol))
    };
    assert!(has("busy", "] busy_here"), "{text}");
    assert!(has("libz.so", "] crc32"), "{text}");
    assert!(!has("libz.so", "] busy_here"), "the control: {text}");
}
