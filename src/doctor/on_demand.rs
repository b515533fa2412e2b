//! Whether the stub starts `ldshim pin` by itself, and could.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use loader_stub::c_library::CLibrary;
use loader_stub::env;
use loader_stub::on_demand::request;
use loader_stub::plan::Inputs;
use nix::unistd::{AccessFlags, access};

use super::finding::Finding;
use crate::explain::Settings;
use crate::stub_file::StubFile;

/// What the variable may say.
const VALUES: [&str; 4] = ["0", "1", "ask", "yes"];

/// Asks the stub's own code, with the variable of this environment.
pub(super) fn check(stub: &StubFile, settings: &Settings) -> Vec<Finding> {
    let mut set = settings.environment.iter();
    let value = set.find(|it| it.0 == "NIX_LD_ON_DEMAND" && !it.1.is_empty());
    let value = value.map(|it| it.1.as_os_str());
    if let Some(value) = value.filter(|it| !VALUES.iter().any(|known| it == known)) {
        return vec![Finding::warning(
            "on-demand-unknown",
            format!(
                "NIX_LD_ON_DEMAND is {}, which means nothing: it counts as 0",
                value.display()
            ),
            "Set it to ask, yes or 0: export NIX_LD_ON_DEMAND=ask",
        )];
    }
    let (Ok(baked), variable) = (
        stub.baked(CLibrary::Glibc),
        value.and_then(|it| CString::new(it.as_bytes()).ok()),
    ) else {
        return Vec::new();
    };
    let variables = env::Settings {
        on_demand: variable.as_deref(),
        ..env::Settings::default()
    };
    let inputs = Inputs {
        c_library: CLibrary::Glibc,
        settings: &variables,
        secure: false,
        baked,
        pin: None,
    };
    let Some(request) = request(&inputs) else {
        return Vec::new();
    };
    let tool = Path::new(OsStr::from_bytes(request.tool.to_bytes()));
    let policy = request.policy.to_string_lossy();
    vec![match access(tool, AccessFlags::X_OK) {
        Ok(()) => Finding::ok(
            "on-demand",
            format!(
                "the stub starts {} for programs without a pin ({policy})",
                tool.display()
            ),
        ),
        Err(errno) => Finding::warning(
            "on-demand-without-tool",
            format!(
                "the stub cannot start {} for programs without a pin: {}",
                tool.display(),
                errno.desc()
            ),
            "Install ldshim there, or name it: `ldshim stub configure --tool`; programs start without it.",
        ),
    }]
}
